import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../run-command.ts'

let folder = ''
let contract = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
  contract = path.join(folder, 'api.yaml')
  await writeFile(
    contract,
    `asyncapi: 3.1.0
info: { title: t, version: '1' }
channels:
  users:
    address: /users/{id}
    parameters: { id: {} }
    x-hydrant: { allow: { subscribe: [{ role: admin }, { claim: { sub: '{id}' } }], publish: [{ scope: write }] } }
    messages: { m: { payload: {} } }
operations:
  receive: { action: receive, channel: { $ref: '#/channels/users' } }
  send: { action: send, channel: { $ref: '#/channels/users' } }
`,
  )
})
afterAll(async () => rm(folder, { recursive: true }))

const tokenOf = (claims: object): string =>
  ['{"alg":"none"}', JSON.stringify(claims), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.')

it('says for both actions whether the caller may, why, and by which rule', async () => {
  const claims = path.join(folder, 'claims.json')
  await writeFile(claims, JSON.stringify({ sub: '42', scope: 'read write' }))
  expect(await run(['explain', contract, '/users/42', '--as', claims])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: `subscribe  allowed  claim sub = "42" ({id}) (/channels/users/x-hydrant/allow/subscribe/1)
publish    allowed  scope "write" (/channels/users/x-hydrant/allow/publish/0)
`,
  })
})

it('ends with 1 when something is denied, and says what is missing', async () => {
  expect(await run(['explain', contract, '/users/42', '--as', tokenOf({ sub: '43', roles: ['user'] })])).toMatchObject({
    code: 1,
    stderr: '',
    stdout: `subscribe  denied   missing: role "admin"; or claim sub = "42" ({id}) (/channels/users/x-hydrant/allow/subscribe)
publish    denied   missing: scope "write" (/channels/users/x-hydrant/allow/publish)
`,
  })
  const asked = ['explain', contract, '/users/43', '--as', tokenOf({ sub: '43' }), '--action', 'subscribe', '--json']
  const { code, stdout } = await run(asked)
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    {
      address: '/users/43',
      principal: '43',
      decisions: [
        {
          action: 'subscribe',
          allowed: true,
          rule: '/channels/users/x-hydrant/allow/subscribe/1',
          because: 'claim sub = "43" ({id})',
        },
      ],
    },
  ])
})

it.each([
  [['/users/42'], 1, /denied/],
  [['/nothing'], 1, /no channel/],
  [['/users/42', '--as', 'no/such/file'], 3, /cannot read/],
])('explain %j ends with %i', async (args, expected, text) => {
  const { code, stdout, stderr } = await run(['explain', contract, ...args])
  expect([code, stdout + stderr]).toEqual([expected, expect.stringMatching(text)])
})

it('hash-key makes a key with its hash, and hashes what it is given', async () => {
  const made = await run(['hash-key'])
  const [, key, hash] = /^key: ([\w-]{43})\nhash: (sha256:[0-9a-f]{64})\n$/.exec(made.stdout) ?? []
  expect((await run(['hash-key', '-'], `${key}\n`)).stdout).toBe(`hash: ${hash}\n`)
  expect((await run(['hash-key', '--password', '-'], 'secret\n')).stdout).toMatch(
    /^hash: scrypt:32768:8:1:[\w-]+:[\w-]+\n$/,
  )
  expect((await run(['hash-key', '--password'])).code).toBe(2)
  expect((await run(['hash-key', '-'], '\n')).code).toBe(1)
})
