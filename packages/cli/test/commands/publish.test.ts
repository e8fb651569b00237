import { describe, expect, it } from 'vitest'
import { api } from '../api.ts'
import { freePort } from '../fake-server.ts'
import { run, start } from '../run-command.ts'

describe('hydrant publish', () => {
  it('publishes one message and prints its position', async () => {
    await using server = await api()
    const { code, stdout, stderr } = await run(['publish', server.url('/prices/AAPL'), '{"price":10.50}'])
    const { position, messages } = await server.history('/prices/AAPL')
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${position}\n`, stderr: '' })
    expect(messages).toMatchObject([{ name: 'price', data: { price: 10.5 } }])
  })

  it('publishes the elements of an array as one batch', async () => {
    await using server = await api()
    const { code, stdout } = await run(['publish', server.url('/prices/AAPL'), '[{"price":1},{"price":2}]'])
    expect(code).toBe(0)
    expect(stdout.trim().split('\n')).toEqual((await server.history('/prices/AAPL')).messages.map((m) => m.position))
  })

  it('publishes text and other content types as they are', async () => {
    await using server = await api()
    expect((await run(['publish', server.url('/notes'), '--text', 'not "JSON"'])).code).toBe(0)
    const asBytes = ['publish', server.url('/blobs'), '--content-type', 'application/octet-stream', 'abc']
    expect((await run(asBytes)).code).toBe(0)
    expect((await server.history('/notes')).messages).toMatchObject([{ data: 'not "JSON"' }])
    expect((await server.history('/blobs')).messages).toMatchObject([{ data: 'YWJj', encoding: 'base64' }])
  })

  it('publishes once under one idempotency key', async () => {
    await using server = await api()
    const args = ['publish', server.url('/prices/AAPL'), '{"price":1}', '--idempotency-key', 'k']
    const first = await run(args)
    expect(await run(args)).toEqual(first)
    expect((await server.history('/prices/AAPL')).messages).toHaveLength(1)
  })

  it.each([
    [['/prices/AAPL', '{"price":"12"}'], 1, /^hydrant: 422 message-invalid: .*\/price.*\n$/],
    [['/prices/AAPL', '{"price":1}', '--name', 'nosuch'], 1, /^hydrant: 4\d\d .*nosuch.*\n$/],
    [['/prices/NOPE', '{"price":1}'], 1, /^hydrant: 404 parameter-invalid: .*\n$/],
    [['/nosuch', '{"price":1}'], 1, /^hydrant: 404 channel-unknown: .*\n$/],
    [['/notes', '"text"'], 1, /^hydrant: 415 unsupported-media-type: .*\n$/],
    [['/prices/AAPL', '{"price":1'], 1, /^hydrant: the message is not JSON: .* \(a text message needs --text\)\n$/],
  ])('says in one line why it refuses %j', async ([address = '', ...rest], expectedCode, message) => {
    await using server = await api()
    const { code, stdout, stderr } = await run(['publish', server.url(address), ...rest])
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(code).toBe(expectedCode)
  })

  it('says in one line that nothing is listening there', async () => {
    const port = await freePort()
    expect(await run(['publish', `http://127.0.0.1:${port}/x`, '1'])).toEqual({
      code: 4,
      stdout: '',
      stderr: `hydrant: nothing is listening at http://127.0.0.1:${port}; start a server with: hydrant serve FILE\n`,
    })
  })
})

it('hydrant publish says in one line that the other side does not speak TLS', async () => {
  await using server = await api()
  const { code, stderr } = await run(['publish', server.url('/any/x').replace('http', 'https'), '1'])
  expect(stderr).toMatch(/^hydrant: what listens at \S+ does not speak TLS; try it without the "s" in https:\/\/\n$/)
  expect(code).toBe(4)
})

describe('hydrant publish -', () => {
  const lines = Array.from({ length: 250 }, (_, i) => `{"price":${i + 1}}`)

  it('publishes each line in order and prints each position', async () => {
    await using server = await api()
    const { code, stdout, stderr } = await run(['publish', server.url('/prices/AAPL'), '-'], `${lines.join('\n')}\n\n`)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const positions = stdout.trim().split('\n')
    expect(new Set(positions).size).toBe(250)
    const { messages } = await server.history('/prices/AAPL?limit=100')
    expect(messages.map(({ data }) => data)).toEqual(lines.slice(150).map((line) => JSON.parse(line)))
    expect(messages.map(({ position }) => position)).toEqual(positions.slice(150))
  })

  it('reports each bad line with its number, publishes the others, and ends with 1', async () => {
    await using server = await api()
    const input = ['{"price":1}', '{"price":"x"}', '{"price":2}', 'hello', '', '{"price":3}']
    const { code, stdout, stderr } = await run(['publish', server.url('/prices/AAPL'), '-'], input.join('\n'))
    expect(stderr.split('\n')).toEqual([
      expect.stringMatching(/^line 2: 422 message-invalid: .*\/price/),
      expect.stringMatching(/^line 4: not JSON: /),
      'hydrant: 3 published, 2 refused',
      '',
    ])
    expect(code).toBe(1)
    const { messages } = await server.history('/prices/AAPL')
    expect(messages.map(({ data }) => data)).toEqual([{ price: 1 }, { price: 2 }, { price: 3 }])
    expect(stdout.trim().split('\n')).toEqual(messages.map(({ position }) => position))
  })

  it('publishes a line that is an array as one message', async () => {
    await using server = await api()
    expect((await run(['publish', server.url('/any/x'), '-'], '[1,2]\n[3]\n')).code).toBe(0)
    expect((await run(['publish', server.url('/any/x'), '-'], '[4,5]\n')).code).toBe(0)
    expect((await server.history('/any/x')).messages.map(({ data }) => data)).toEqual([[1, 2], [3], [4, 5]])
  })

  it('publishes each line once, however often it is run under one idempotency key', async () => {
    await using server = await api()
    const args = ['publish', server.url('/prices/AAPL'), '-', '--idempotency-key', 'nightly']
    const first = await run(args, lines.slice(0, 5).join('\n'))
    expect(await run(args, lines.slice(0, 5).join('\n'))).toEqual(first)
    expect((await server.history('/prices/AAPL')).messages).toHaveLength(5)
  })

  it('publishes a line as soon as it comes, without waiting for the next', async () => {
    await using server = await api()
    await using running = start('publish', server.url('/prices/AAPL'), '-')
    running.process.stdin.write('{"price":1}\n')
    await running.printed('stdout', /^.+\n$/)
    running.process.stdin.end('{"price":2}\n')
    expect((await running.ended).stdout.split('\n')).toHaveLength(3)
  })

  it('stops at the first line when the address is wrong', async () => {
    await using server = await api()
    const { code, stderr } = await run(['publish', server.url('/nosuch'), '-'], lines.join('\n'))
    expect(stderr).toMatch(/^line 1: 404 channel-unknown: .*\n$/)
    expect(code).toBe(1)
  })
})
