import { describe, expect, it } from 'vitest'
import { RequestHeadParser, WireConnection, acceptHandshake } from '../src/index.ts'
import { cpuMs } from './cpu-time.ts'
import { GOOD } from './good-request.ts'

describe('RequestHeadParser', () => {
  const request = (lines: string[]): Buffer => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  const parse = (chunks: Buffer[]): ReturnType<RequestHeadParser['push']> => {
    const parser = new RequestHeadParser()
    for (const chunk of chunks) {
      const result = parser.push(chunk)
      if (result !== undefined) return result
    }
    return undefined
  }
  /** Whole, and byte by byte. */
  const parseBothWays = (bytes: Buffer): ReturnType<RequestHeadParser['push']> => {
    const whole = parse([bytes])
    const bytewise = parse(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))
    if (whole?.ok === true && bytewise?.ok === true) expect(bytewise.head).toEqual(whole.head)
    else expect(bytewise).toEqual(whole)
    return whole
  }

  it('reads a head in any pieces, and hands back what came after it', () => {
    const bytes = request(['GET /chat?a=b HTTP/1.1', 'Host: x', 'X-Tab:\t a b \t', 'Empty:', 'Latin: \xe9'])
    expect(parseBothWays(bytes)).toEqual({
      ok: true,
      head: {
        method: 'GET',
        target: '/chat?a=b',
        httpVersion: '1.1',
        headers: ['Host', 'x', 'X-Tab', 'a b', 'Empty', '', 'Latin', 'é'],
      },
      leftover: Buffer.alloc(0),
    })
    const more = Buffer.concat([bytes, Buffer.from('8180', 'hex')])
    for (let cut = 1; cut < more.length; cut++) {
      const result = parse([more.subarray(0, cut), more.subarray(cut)])
      expect(result).toMatchObject({ ok: true })
      if (cut < bytes.length) expect(result).toMatchObject({ leftover: Buffer.from('8180', 'hex') })
    }
  })

  it('[A14] a frame in the same packet as the request is handled after acceptance; an invalid one is a clean 1002', () => {
    for (const [hex, event] of [
      ['8181000000006f', 'message o'],
      ['a181000000006f', 'peer-violation 1002'],
    ] as const) {
      const log: string[] = []
      const bytes = Buffer.concat([
        request(['GET / HTTP/1.1', ...GOOD.map(([name, value]) => `${name}: ${value}`)]),
        Buffer.from(hex, 'hex'),
      ])
      const received = parse([bytes])
      if (received?.ok !== true || !acceptHandshake(received.head).ok) throw new Error('refused')
      const connection = new WireConnection({
        role: 'server',
        now: 0,
        events: {
          onMessage: (payload) => log.push(`message ${payload.toString()}`),
          onEnd: (end) => log.push(`${end.kind} ${end.code}`),
        },
      })
      connection.receive(received.leftover, 0)
      expect(log).toEqual([event])
    }
  })

  it.each([
    ['GET /  HTTP/1.1', 'bad-request-line'],
    ['GET / HTTP/1.1 ', 'bad-request-line'],
    ['GET /', 'bad-request-line'],
    ['GET / HTTP/11', 'bad-request-line'],
    ['GET / http/1.1', 'bad-request-line'],
    ['G@T / HTTP/1.1', 'bad-request-line'],
    ['GET /\x80 HTTP/1.1', 'bad-request-line'],
    ['GET /\tx HTTP/1.1', 'bad-request-line'],
    [' GET / HTTP/1.1', 'bad-request-line'],
    ['GET  HTTP/1.1', 'bad-request-line'],
    ['GET / HTTP/1.1\nHost: x', 'bad-request-line'],
  ])('%j: 400', (line, code) => {
    expect(parseBothWays(request([line]))).toMatchObject({ ok: false, status: 400, code })
  })

  it.each([
    'no colon',
    ': no name',
    'a b: c',
    'a : c',
    ' folded: x',
    'a: b\nc: d',
    'a: \x00',
    'a: b\rc',
    'é: x',
    'a: \x7f',
  ])('header line %j: 400', (line) => {
    expect(parseBothWays(request(['GET / HTTP/1.1', 'Host: x', line]))).toMatchObject({
      ok: false,
      status: 400,
      code: 'bad-header',
    })
  })

  it('[A04] headers that never end: 431 at 16 KiB, in linear time', () => {
    const parser = new RequestHeadParser()
    expect(parser.push(Buffer.from('GET / HTTP/1.1\r\nX: '))).toBeUndefined()
    const started = cpuMs()
    let bytes = 19
    let result: ReturnType<RequestHeadParser['push']>
    while (result === undefined && bytes < 100_000) {
      result = parser.push(Buffer.from('\r'))
      bytes++
    }
    expect(result).toMatchObject({ ok: false, status: 431, code: 'head-too-large' })
    expect(bytes).toBe(16_384)
    expect(cpuMs() - started).toBeLessThan(500)
    expect(parse([Buffer.alloc(10_000_000, 'x')])).toMatchObject({ status: 431 })
  })

  it('[A04] [W63] a head of exactly 16 KiB is read', () => {
    const start = 'GET / HTTP/1.1\r\nX: '
    const bytes = Buffer.from(`${start}${'y'.repeat(16_384 - start.length - 4)}\r\n\r\n`)
    expect(parse([bytes])).toMatchObject({ ok: true })
    expect(parse([Buffer.from(`${start}${'y'.repeat(16_384 - start.length - 3)}\r\n\r\n`)])).toMatchObject({
      status: 431,
    })
  })

  it('[A05] [W63] 100 headers are read, 101 are 431', () => {
    const headers = (count: number): string[] => Array.from({ length: count }, (_, i) => `X-${i}: y`)
    expect(parse([request(['GET / HTTP/1.1', ...headers(100)])])).toMatchObject({ ok: true })
    expect(parse([request(['GET / HTTP/1.1', ...headers(101)])])).toMatchObject({
      status: 431,
      code: 'too-many-headers',
    })
  })
})
