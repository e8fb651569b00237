import { createHydrant, type Hydrant } from '@hydrant/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run, start } from '../run-command.ts'

const CONTRACT = `
asyncapi: 3.0.0
info: { title: Market, version: 1.0.0 }
channels:
  prices:
    address: /prices/{symbol}
    parameters: { symbol: {} }
    messages:
      trade: { payload: { type: object, required: [price], properties: { price: { type: number } } } }
operations: { tell: { action: send, channel: { $ref: '#/channels/prices' } } }
`

let hydrant: Hydrant
let url: string
let admin: string[]

beforeAll(async () => {
  hydrant = createHydrant({ contract: CONTRACT })
  url = (await hydrant.listen({ port: 0 })).url
  admin = ['--admin', (await hydrant.listenAdmin({ port: 0 })).url]
})
afterAll(() => hydrant.close())

it('status and top show the server', async () => {
  const { code, stdout } = await run(['status', ...admin])
  expect(stdout).toMatch(/^Market 1\.0\.0 {3}ready/)
  expect(stdout).toContain(`listening    ${url}`)
  expect(code).toBe(0)
  const json = await run(['status', '--json', ...admin])
  expect(JSON.parse(json.stdout)).toMatchObject({ state: 'ready' })
  const top = await run(['top', '--count', '2', '--every', '0.01', ...admin])
  expect(top.stdout.match(/^ADDRESS/gm)).toHaveLength(2)
})

it('tail prints messages of a channel, quarantine repairs what was refused', async () => {
  await using tail = start('tail', 'prices', '--count', '2', '--quarantined', ...admin)
  // The stream is open when the listener says that it watches; until then messages may pass unseen.
  const published = setInterval(() => void hydrant.publish('/prices/AAPL', { price: 1 }), 50)
  await tail.printed('stdout', /"address":"\/prices\/AAPL"/)
  clearInterval(published)
  await hydrant.publish('/prices/MSFT', { price: '7' }).catch(() => {})
  expect((await tail.ended).code).toBe(0)

  const list = await run(['quarantine', ...admin])
  const [, cause] = /^(q\d+) /m.exec(list.stdout)!
  expect(list.stdout).toContain('/price: expected number')
  const show = await run(['quarantine', '--show', cause!, ...admin])
  expect(JSON.parse(show.stdout)).toMatchObject({ address: '/prices/MSFT', data: { price: '7' } })
  const exported = await run(['quarantine', '--export', ...admin])
  expect(JSON.parse(exported.stdout)).toMatchObject({ address: '/prices/MSFT' })
  const unfixed = await run(['quarantine', '--replay', cause!, ...admin])
  expect(unfixed).toMatchObject({ code: 1, stdout: '0 published, 1 still refused, 1 kept\n' })
  const dry = await run(['quarantine', '--replay', cause!, '--fix', '--dry-run', ...admin])
  expect(dry.stdout).toBe('1 would be published, 0 still refused, 1 kept\n')
  const fixed = await run(['quarantine', '--replay', cause!, '--fix', ...admin])
  expect(fixed).toMatchObject({ code: 0, stdout: '1 published, 0 still refused, 0 kept\n' })
  const dropped = await run(['quarantine', '--drop', cause!, ...admin])
  expect(dropped).toMatchObject({ code: 0, stdout: '0 dropped\n' })
})

it('connections lists and closes', async () => {
  await using subscriber = start('subscribe', `${url}/prices/AAPL`)
  const published = setInterval(() => void hydrant.publish('/prices/AAPL', { price: 1 }), 50)
  await subscriber.printed('stdout', /price/)
  clearInterval(published)
  const list = await run(['connections', '--json', '--search', 'aapl', ...admin])
  const { id } = JSON.parse(list.stdout) as { id: string }
  expect(await run(['connections', '--close', id, ...admin])).toMatchObject({ code: 2 })
  expect(await run(['connections', '--close', id, '--reason', 'test', ...admin])).toMatchObject({
    code: 0,
    stdout: '1 closed\n',
  })
  expect(await run(['connections', '--close', 'c999', '--reason', 'test', ...admin])).toMatchObject({ code: 1 })
})

it('where nobody listens, or a token is asked for, it says so', async () => {
  expect(await run(['status', '--admin', 'http://127.0.0.1:1'])).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('--admin'),
  })
  await using guarded = createHydrant({ contract: CONTRACT })
  const { url: other } = await guarded.listenAdmin({ port: 0, token: 'a-long-enough-token' })
  expect(await run(['status', '--admin', other])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--admin-token-file'),
  })
})

it('drain lets everybody go and returns when nobody is left', async () => {
  const { code, stdout } = await run([
    'drain',
    '--reason',
    'test',
    '--wait-ms',
    '0',
    '--spread-ms',
    '0',
    '--until-empty',
    ...admin,
  ])
  expect(stdout).toMatch(/^draining, \d+ connected\nnobody is connected\n$/)
  expect(code).toBe(0)
})
