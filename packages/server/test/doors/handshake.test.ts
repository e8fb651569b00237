import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { serve } from '../api.ts'
import { clientFrame, handshake, RawClient } from '../raw-client.ts'

/** Sends bytes, waits for the answer's head or the end, and gives the status. */
async function statusOf(port: number, bytes: string): Promise<number> {
  using client = await RawClient.open(port)
  client.send(bytes)
  const answer = await client.until((received) => received.includes('\r\n\r\n'))
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)
}

const PATH = '/prices/AAPL'

describe('the handshake', () => {
  it('answers RFC 6455 §1.3 with the accept key of its example', async () => {
    await using api = await serve()
    using client = await RawClient.open(api.port)
    client.send(handshake(PATH))
    const answer = await client.until((received) => received.includes('\r\n\r\n'))
    expect(answer).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/)
    expect(answer).toMatch(/\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/)
  })

  it('[A04] headers of 16 KiB and more are refused with 431, below they pass', async () => {
    await using api = await serve()
    const filled = (bytes: number): string => {
      const bare = handshake(PATH, { 'X-Fill': '' })
      return handshake(PATH, { 'X-Fill': 'x'.repeat(bytes - bare.length) })
    }
    expect(await statusOf(api.port, filled(15 * 1024))).toBe(101)
    expect(await statusOf(api.port, filled(17 * 1024))).toBe(431)
  })

  it('[A05] 100 headers pass, 101 are refused with 431, 1,300 too', async () => {
    await using api = await serve()
    const withHeaders = (count: number): string => {
      const more = Object.fromEntries(Array.from({ length: count - 5 }, (_, i) => [`X-${i}`, '1']))
      return handshake(PATH, more)
    }
    expect(await statusOf(api.port, withHeaders(100))).toBe(101)
    expect(await statusOf(api.port, withHeaders(101))).toBe(431)
    expect(await statusOf(api.port, withHeaders(1300))).toBe(431)
  })

  it('[A09] another version is 426 and names 13', async () => {
    await using api = await serve()
    for (const version of ['0', '8', '14']) {
      using client = await RawClient.open(api.port)
      client.send(handshake(PATH, { 'Sec-WebSocket-Version': version }))
      const answer = await client.untilClosed()
      expect(answer).toMatch(/^HTTP\/1\.1 426 /)
      expect(answer).toMatch(/\r\nSec-WebSocket-Version: 13\r\n/)
    }
  })

  it.each([
    ['[A10] without a key', { 'Sec-WebSocket-Key': undefined }],
    ['[A10] with two keys', { 'Sec-WebSocket-Key': ['dGhlIHNhbXBsZSBub25jZQ==', 'dGhlIHNhbXBsZSBub25jZQ=='] }],
    ['[A10] with a key that is not base64', { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' }],
    ['[A10] with a key of 15 bytes', { 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }],
    ['[A12] with a body', { 'Content-Length': '5' }],
    ['[A16] to h2c', { Upgrade: 'h2c' }],
    ['[A08] with a subprotocol that is no token', { 'Sec-WebSocket-Protocol': '\u0080\u00ff' }],
  ])('%s is refused with 400', async (_name, changes) => {
    await using api = await serve()
    expect(await statusOf(api.port, handshake(PATH, changes))).toBe(400)
  })

  it('[A12] POST, HTTP/1.0 and no Host are refused', async () => {
    await using api = await serve()
    expect(await statusOf(api.port, handshake(PATH).replace('GET', 'POST'))).toBeGreaterThanOrEqual(400)
    expect(await statusOf(api.port, handshake(PATH).replace('HTTP/1.1', 'HTTP/1.0'))).toBeGreaterThanOrEqual(400)
    expect(await statusOf(api.port, handshake(PATH, { Host: undefined }))).toBe(400)
  })

  it('[A13] an upgrade behind a request that is still being answered is refused: no 101 before its answer', async () => {
    await using api = await serve()
    using client = await RawClient.open(api.port)
    const page = (await (await fetch(`${api.url}${PATH}`)).json()) as { position: string }
    const poll = `GET ${PATH}?since=${page.position}&wait=5 HTTP/1.1\r\nHost: localhost\r\n\r\n`
    client.send(poll + handshake(PATH))
    expect(await client.untilClosed()).not.toContain(' 101 ')
  })

  it('[A14] a frame in the same packet is handled after the 101; an invalid one closes with 1002', async () => {
    await using api = await serve()
    using good = await RawClient.open(api.port)
    good.send(Buffer.concat([Buffer.from(handshake('/chat/lobby')), clientFrame(1, '{"text":"hi"}')]))
    expect(await good.until((received) => received.includes('{"text":"hi"}'))).toMatch(/^HTTP\/1\.1 101/)

    using bad = await RawClient.open(api.port)
    bad.send(Buffer.concat([Buffer.from(handshake('/chat/lobby')), clientFrame(1, 'x', 0xa1)]))
    const answer = await bad.untilClosed()
    expect(
      Buffer.from(answer.slice(answer.indexOf('\r\n\r\n') + 4), 'latin1')
        .subarray(2, 4)
        .readUInt16BE(),
    ).toBe(1002)
  })

  it('[A15] a reset during the handshake leaves nothing behind', async () => {
    await using api = await serve()
    for (let i = 0; i < 20; i++) {
      using client = await RawClient.open(api.port)
      client.send(handshake(PATH))
      client.reset()
    }
    expect((await fetch(`${api.url}/-/live`)).status).toBe(200)
    expect(api.faults).toEqual([])
  })

  it('[A16] to an address that is no channel is 404', async () => {
    await using api = await serve()
    for (const path of ['/', '/-/docs', '/nothing']) {
      expect(await statusOf(api.port, handshake(path)), path).toBe(404)
    }
  })

  it.each([
    '/prices/../prices/AAPL',
    '//prices/AAPL',
    'http://host/prices/AAPL',
    '/prices/AAPL#x',
    '/prices/%2e%2e',
    '/prices/A%2FB',
    '/prices/AAPL;x',
    '/prices/%zz',
    '/prices/%ff',
  ])('[A19] the target %s is refused, and never the channel of another spelling', async (target) => {
    await using api = await serve()
    const status = await statusOf(api.port, handshake(target))
    expect([400, 404]).toContain(status)
  })
})

describe('frames over a real socket', () => {
  it.each([
    ['[B05] unmasked', Buffer.from([0x81, 1, 0x41]), 1002],
    ['[B06] reserved opcode', clientFrame(3, ''), 1002],
    ['[B10] not UTF-8', clientFrame(1, Buffer.from([0xc0, 0xaf])), 1007],
    ['[B02] announced over the limit', Buffer.from('82ff0000000000010001', 'hex'), 1009],
  ])('%s is closed with its code, and the server lives', async (_name, bytes, code) => {
    await using api = await serve()
    using client = await RawClient.open(api.port)
    client.send(handshake(PATH))
    const head = await client.until((received) => received.includes('\r\n\r\n'))
    client.send(bytes)
    const received = await client.untilClosed()
    const frame = Buffer.from(received.slice(head.length), 'latin1')
    expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, code])
    expect((await fetch(`${api.url}/-/live`)).status).toBe(200)
  })

  it('[C10] a reader that stops reading costs a bounded queue, and is told its gap when it reads again', async () => {
    await using api = await serve({ limits: { maxOutboxBytes: 100_000 } })
    using stuck = await RawClient.open(api.port)
    stuck.send(handshake('/short'))
    await stuck.until((received) => received.includes('\r\n\r\n'))
    stuck.stopReading()
    const before = arrayBuffersAfterGc()
    const text = 'x'.repeat(50_000)
    for (let n = 0; n < 400; n++) await api.hydrant.publish('/short', { n, text })
    await new Promise((resolve) => setImmediate(resolve))
    // 20 MB were published; the history holds three messages, the reader 100 kB here and its kernel buffer. V8 frees buffers on a
    // thread of its own, so that on a busy machine they are counted for a while after the collection.
    await expect.poll(() => arrayBuffersAfterGc() - before).toBeLessThan(2_000_000)
    stuck.readAgain()
    const received = await stuck.until((all) => all.includes('{"n":399,'))
    expect(received).toContain('"reason":"slow-consumer"')
  })
})

function arrayBuffersAfterGc(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().arrayBuffers
}
