import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Issuer } from '../../packages/server/test/guard/issuer.ts'
import { ServerProcess } from '../kit/server-process.ts'
import { securedContract, securedSettings } from './secured-contract.ts'

const COMMAND = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

/** `hydrant serve` with a contract that asks for identities, an operators' token, and its log at its loudest. */
export interface ServedSecurely extends AsyncDisposable {
  readonly server: ServerProcess
  readonly adminPort: number
  readonly adminToken: string
}

export async function serveSecurely(issuer: Issuer): Promise<ServedSecurely> {
  const folder = mkdtempSync(join(tmpdir(), 'hydrant-attack-'))
  const file = (name: string, content: object | string): string => {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
    return join(folder, name)
  }
  const adminToken = 'operators-token-of-the-attack-suite'
  const server = await ServerProcess.start([
    COMMAND,
    'serve',
    file('api.json', securedContract({ name: 'key', in: 'query' })),
    '--config',
    file('hydrant.json', { auth: securedSettings(issuer.url) }),
    '--admin-token-file',
    file('token', adminToken),
    '--port=0',
    '--admin-port=0',
    '--log-level=debug',
    '--log-format=json',
  ])
  for (let i = 0; i < 100 && !/Admin:/.test(server.output); i++) await new Promise((told) => setTimeout(told, 20))
  const adminPort = Number(/Admin: +https?:\/\/[^\s]*:(\d+)/.exec(server.output)?.[1])
  return {
    server,
    adminPort,
    adminToken,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}
