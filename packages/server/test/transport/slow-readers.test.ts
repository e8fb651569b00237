import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { type Running, serve } from '../api.ts'
import { until } from '../guard/limits/limit-clients.ts'
import { handshake } from '../raw-client.ts'
import { Pieces } from '../../src/transport/pieces.ts'

const SOCKET = handshake('/words')
const STREAM = 'GET /words HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n'
const MESSAGES = 600
const LAST = 'the last word'
/** What a slow reader takes at once, and how often: 16 MB a second, so that 30 MB take three write timeouts. */
const [BITE_BYTES, BITE_EVERY_MS] = [320_000, 20]
const LIMITS = { writeTimeoutMs: 600, maxOutboxBytes: 64 * 1024 * 1024 } as const

/** Reads so many bytes every 20 ms, and remembers the end. */
class SlowReader implements Disposable {
  /** Whether the last message has come. */
  hasAll = false
  readonly #socket: Socket
  readonly #timer: NodeJS.Timeout

  private constructor(socket: Socket, biteBytes: number) {
    this.#socket = socket
    let [taken, tail] = [0, '']
    socket.on('data', (bytes: Buffer) => {
      taken += bytes.length
      if (taken >= biteBytes) socket.pause()
      tail = (tail + bytes.subarray(-100).toString('latin1')).slice(-200)
      this.hasAll ||= tail.includes(LAST)
    })
    this.#timer = setInterval(() => {
      taken = 0
      if (biteBytes > 0) socket.resume()
    }, BITE_EVERY_MS)
  }

  /** Asks, and waits for the beginning of the answer. */
  static async open(port: number, request: string, biteBytes: number): Promise<SlowReader> {
    const socket = connect({ port, host: '127.0.0.1' }).on('error', () => {})
    socket.write(request)
    for (let begin = ''; !/101[^]*\r\n\r\n|retry: /.test(begin);) begin += String((await once(socket, 'data'))[0])
    socket.pause()
    return new SlowReader(socket, biteBytes)
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
    this.#socket.destroy()
  }
}

async function fill({ hydrant }: Running): Promise<void> {
  for (let i = 0; i < MESSAGES; i++) {
    await hydrant.publish('/words', 'w'.repeat(50_000))
    // The reader is in this process, and needs its turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  await hydrant.publish('/words', LAST)
}

describe.concurrent.each([
  ['a socket', SOCKET],
  ['an event stream', STREAM],
])('[C10] over %s', (_door, request) => {
  it('who takes bytes slowly, but takes them, gets everything, however long it lasts', async () => {
    await using api = await serve({ limits: LIMITS })
    using reader = await SlowReader.open(api.port, request, BITE_BYTES)
    const since = performance.now()
    await fill(api)
    await until(() => reader.hasAll || api.hits('write-timeout') > 0)
    expect([reader.hasAll, api.hits('write-timeout')]).toEqual([true, 0])
    expect(performance.now() - since).toBeGreaterThan(2 * LIMITS.writeTimeoutMs)
  })

  it('who takes nothing is cut', async () => {
    await using api = await serve({ limits: LIMITS })
    using reader = await SlowReader.open(api.port, request, 0)
    await fill(api)
    await until(() => api.hits('write-timeout') > 0)
    expect(reader.hasAll).toBe(false)
  })
})

describe('an output in pieces', () => {
  const sizes = (output: Buffer | Buffer[]): number[][] => {
    const pieces = Pieces.of(output)
    const taken: number[][] = []
    if (pieces === undefined) return taken
    while (pieces.bytes > 0) taken.push(pieces.take().map(({ length }) => length))
    return taken
  }

  it('is one up to 64 KiB, and is cut above', () => {
    expect(Pieces.of(Buffer.alloc(65_536))).toBeUndefined()
    expect(Pieces.of([Buffer.alloc(65_535), Buffer.alloc(1)])).toBeUndefined()
    expect(sizes(Buffer.alloc(65_537))).toEqual([[65_536], [1]])
    expect(sizes([Buffer.alloc(65_536), Buffer.alloc(1)])).toEqual([[65_536], [1]])
    expect(sizes([Buffer.alloc(40_000), Buffer.alloc(40_000), Buffer.alloc(60_000)])).toEqual([
      [40_000, 25_536],
      [14_464, 51_072],
      [8_928],
    ])
  })

  it('is the same bytes', () => {
    const output = Array.from({ length: 50 }, (_, i) => Buffer.alloc(1 + i * 977, i))
    const pieces = Pieces.of([...output])!
    const taken: Buffer[] = []
    while (pieces.bytes > 0) taken.push(...pieces.take())
    expect(Buffer.concat(taken).equals(Buffer.concat(output))).toBe(true)
  })
})
