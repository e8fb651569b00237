import { describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { follow } from '../../src/door-client/follow.ts'
import type { FollowEvent } from '../../src/door-client/follow.ts'
import { openWebSocket } from '../../src/door-client/websocket.ts'
import { answerProblem, fakeServer } from '../fake-server.ts'
import type { FakeServer } from '../fake-server.ts'

interface SocketServer extends FakeServer {
  /** The address of each connection, in order. */
  readonly addresses: (string | undefined)[]
}

/** A server of the `ws` package, which shares no code with the client under test. */
async function socketServer(
  serve: (socket: WebSocket, connection: number) => void,
  headers: string[] = [],
): Promise<SocketServer> {
  const fake = await fakeServer((_request, response) => answerProblem(response, 404, 'channel-unknown'))
  const addresses: (string | undefined)[] = []
  const sockets = new WebSocketServer({ server: fake.server })
  sockets.on('headers', (head) => head.push(...headers))
  sockets.on('connection', (socket, request) => {
    addresses.push(request.url)
    serve(socket, addresses.length)
  })
  return {
    ...fake,
    url: new URL(fake.url.href.replace('http', 'ws')),
    addresses,
    [Symbol.asyncDispose]: () => {
      for (const socket of sockets.clients) socket.terminate()
      return fake[Symbol.asyncDispose]()
    },
  }
}

async function followed(url: URL, count: number, since?: string): Promise<FollowEvent[]> {
  const stop = new AbortController()
  const seen: FollowEvent[] = []
  for await (const event of follow(url, { open: openWebSocket, since, maxWaitMs: 1, signal: stop.signal })) {
    seen.push(event)
    if (seen.length === count) stop.abort()
  }
  return seen
}

const envelope = (position: string, data: string): string =>
  `{"position":"${position}","time":"2026-01-31T12:00:00.000Z","name":"trade","data":${data}}`
const message = (position: string, dataJson: string): FollowEvent => ({
  kind: 'message',
  message: { position, time: '2026-01-31T12:00:00.000Z', name: 'trade', dataJson },
})
const reconnecting = expect.objectContaining({ kind: 'reconnecting' })

describe('following over a WebSocket', () => {
  it('resumes after the last message, or where the stream started', async () => {
    await using server = await socketServer(
      (socket, connection) => {
        if (connection === 1) socket.terminate()
        else if (connection === 2) socket.send(envelope('e:1', '{"p":1.50}'), () => socket.close(1001))
        else socket.send(envelope('e:2', '17843232920108168701'))
      },
      ['Hydrant-Position: e:0'],
    )
    const seen = await followed(server.url, 4)
    expect(seen).toEqual([
      reconnecting,
      message('e:1', '{"p":1.50}'),
      reconnecting,
      message('e:2', '17843232920108168701'),
    ])
    const address = '/prices/AAPL?envelope=true'
    expect(server.addresses).toEqual([address, `${address}&since=e%3A0`, `${address}&since=e%3A1`])
  })

  it('loses nothing of what comes in the same packet as the handshake', async () => {
    await using server = await socketServer((socket) => {
      for (let i = 1; i <= 1000; i += 1) socket.send(envelope(`e:${i}`, String(i)))
    })
    const seen = await followed(server.url, 1000)
    expect(seen.map((event) => event.kind === 'message' && event.message.dataJson)).toEqual(
      Array.from({ length: 1000 }, (_, i) => String(i + 1)),
    )
  })

  it('tells gaps and problems from messages', async () => {
    await using server = await socketServer((socket) => {
      socket.send(
        '{"type":"urn:hydrant:gap","title":"Messages were lost","from":"e:1","to":"e:9","missed":8,"reason":"slow-consumer"}',
      )
      socket.send('{"type":"urn:hydrant:internal","title":"Oops","status":500,"code":"internal"}')
      socket.send(envelope('e:10', '{"type":"urn:hydrant:gap"}'))
    })
    expect(await followed(server.url, 3)).toEqual([
      { kind: 'gap', gap: { from: 'e:1', to: 'e:9', missed: 8, reason: 'slow-consumer' } },
      { kind: 'problem', problem: { type: 'urn:hydrant:internal', title: 'Oops', status: 500, code: 'internal' } },
      message('e:10', '{"type":"urn:hydrant:gap"}'),
    ])
  })

  it('answers pings and says goodbye with 1000', async () => {
    const seen: unknown[] = []
    let onClose: (() => void) | undefined
    const closed = new Promise<void>((resolve) => (onClose = resolve))
    await using server = await socketServer((socket) => {
      socket.on('pong', (body) => {
        seen.push(String(body))
        socket.send(envelope('e:1', '1'))
      })
      socket.on('close', (code) => {
        seen.push(code)
        onClose?.()
      })
      socket.ping('hello')
    })
    await followed(server.url, 1)
    await closed
    expect(seen).toEqual(['hello', 1000])
  })

  it.each([1008, 1009, 3500, 4000])('gives up when the server closes with %i', async (code) => {
    await using server = await socketServer((socket) => socket.close(code, 'no more'))
    await expect(followed(server.url, 1)).rejects.toMatchObject({
      reason: 'unreachable',
      message: `the server closed the connection: close code ${code}, no more`,
    })
  })

  it.each([1001, 1011, 1012, 1013, 3000])('knocks again when the server closes with %i', async (code) => {
    await using server = await socketServer((socket) => socket.close(code))
    expect(await followed(server.url, 2)).toEqual([reconnecting, reconnecting])
  })

  it('gives up with the reason when the handshake is refused', async () => {
    await using server = await fakeServer(() => {})
    server.server.on('upgrade', (_request, socket) => {
      const body = '{"type":"urn:hydrant:channel-unknown","title":"No channel","status":404,"code":"channel-unknown"}'
      socket.end(
        `HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      )
    })
    await expect(followed(server.url, 1)).rejects.toMatchObject({
      reason: 'refused',
      message: '404 channel-unknown: No channel',
    })
  })

  it('gives up where no WebSocket is spoken', async () => {
    await using server = await fakeServer((_request, response) => response.end('hello'))
    await expect(followed(server.url, 1)).rejects.toThrow('it answered 200 in place of a WebSocket')
  })

  it('stops reading while its reader is slow, and loses nothing', async () => {
    const count = 400
    const padding = 'x'.repeat(100_000)
    const left: { bytes: () => number } = { bytes: () => 0 }
    await using server = await socketServer((socket) => {
      for (let i = 1; i <= count; i += 1) socket.send(envelope(`e:${i}`, `"${i}${padding}"`))
      left.bytes = () => socket.bufferedAmount
    })
    const stop = new AbortController()
    const events = follow(server.url, { open: openWebSocket, since: undefined, maxWaitMs: 1, signal: stop.signal })
    expect((await events.next()).value).toEqual(message('e:1', `"1${padding}"`))
    // Time enough to read everything, for a client that does not stop.
    for (let turn = 0; turn < 2_000; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(left.bytes()).toBeGreaterThan(1_000_000)
    let next = 2
    for await (const event of events) {
      expect(event).toEqual(message(`e:${next}`, `"${next}${padding}"`))
      if (next === count) break
      next += 1
    }
    expect(next).toBe(count)
  })
})
