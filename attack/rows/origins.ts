import { fileURLToPath } from 'node:url'
import { ServerProcess } from '../kit/server-process.ts'
import { onlyHydrant } from '../servers/kinds.ts'
import { bearer, SECURED, securedRow } from './secured-row.ts'
import type { Row } from './row.ts'

/** `refuses`, or that it started all the same. */
async function startOf(command: readonly string[]): Promise<string> {
  try {
    await using server = await ServerProcess.start(command)
    return `listens at ${server.port}`
  } catch {
    return 'refuses'
  }
}

/** Pages that are foreign, and servers that must not start. */
export const ORIGIN_ROWS: readonly Row[] = [
  securedRow(
    'D01',
    'pages of another host, of null, of a longer name, another scheme, another port, in capitals, with a slash, of nothing',
    '403: exact match',
    async (attack, { issuer, status }) => {
      const known = bearer(await issuer.token())
      for (const origin of [
        'https://evil.test',
        'null',
        'https://app.example.com.evil',
        'http://app.example.com',
        'https://app.example.com:8443',
        'https://app.example.com/',
        'HTTPS://APP.EXAMPLE.COM',
        '',
      ]) {
        attack.note(JSON.stringify(origin), '403', await status('/users/ann', { ...known, Origin: origin }))
      }
      attack.note('the listed one', '101', await status('/users/ann', { ...known, Origin: 'https://app.example.com' }))
    },
  ),
  {
    id: 'D02',
    title: 'a start with identity from cookies and no list of origins',
    right: 'refuses to start',
    notFor: onlyHydrant,
    async run(attack) {
      attack.note('cookie', 'refuses', await startOf([SECURED, 'http://127.0.0.1:1', 'cookie']))
    },
  },
  {
    id: 'D03',
    title: 'a start without authentication on an address that others reach',
    right: 'refuses to start',
    notFor: onlyHydrant,
    async run(attack) {
      const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
      const serve = [file('../../packages/cli/src/main.ts'), 'serve', file('../contract.yaml'), '--port', '0', '--host']
      for (const host of ['0.0.0.0', '::']) attack.note(host, 'refuses', await startOf([...serve, host]))
    },
  },
]
