// Ring 3: real sockets. Other people's clients against our server role, our client role against other people's server.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { WebSocket as WsClient, WebSocketServer } from 'ws'
import { connectClient } from '../echo/client.ts'
import { runConformance } from '../echo/conformance-client.ts'
import { EchoServer, type EchoServerOptions } from '../echo/server.ts'
import type { Ending } from '../src/index.ts'
import { frame, ZERO_MASK } from './frames.ts'

const MESSAGES: (string | Buffer<ArrayBuffer>)[] = [
  '',
  'hello',
  'ä€😀',
  'x'.repeat(125),
  'x'.repeat(126),
  'x'.repeat(65_535),
  'x'.repeat(65_536),
  Buffer.alloc(0),
  Buffer.alloc(70, 1),
  Buffer.alloc(65_536, 255),
  'é'.repeat(30_000),
]

const HANDSHAKE =
  'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'

interface Running extends AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly endings: Ending[]
}

async function echo(options: EchoServerOptions = {}): Promise<Running> {
  const endings: Ending[] = []
  const server = new EchoServer({ ...options, onEnd: (ending) => endings.push(ending) })
  const port = await server.listen()
  return { port, url: `ws://127.0.0.1:${port}/`, endings, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** `ws` has other types than browsers; the part used here is the same. */
function openSocket(kind: 'ws' | 'node', url: string): Promise<WebSocket> {
  const socket = kind === 'ws' ? (new WsClient(url) as unknown as WebSocket) : new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve(socket))
    socket.addEventListener('error', () => reject(new Error('no connection')))
  })
}

const nextMessage = (socket: WebSocket): Promise<string | Buffer> =>
  new Promise((resolve) => {
    socket.addEventListener(
      'message',
      ({ data }) => resolve(typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer)),
      { once: true },
    )
  })

const closed = (socket: WebSocket): Promise<{ code: number; reason: string; wasClean: boolean }> =>
  new Promise((resolve) => socket.addEventListener('close', resolve, { once: true }))

describe('the server role, on sockets', () => {
  for (const kind of ['ws', 'node'] as const) {
    for (const deflate of [false, { threshold: 0 }]) {
      it(`echoes the ${kind} client${deflate === false ? '' : ', with deflate'}, and both close cleanly`, async () => {
        await using server = await echo({ deflate })
        const socket = await openSocket(kind, server.url)
        expect(socket.extensions.includes('permessage-deflate')).toBe(deflate !== false)
        for (const message of MESSAGES) {
          const answer = nextMessage(socket)
          socket.send(message)
          expect(Buffer.from(await answer).equals(Buffer.from(message))).toBe(true)
        }
        const end = closed(socket)
        socket.close(3_001, 'bye')
        expect(await end).toMatchObject({ code: 3_001, reason: 'bye', wasClean: true })
        expect(server.endings).toEqual([{ kind: 'peer-closed', code: 3_001, reason: 'bye' }])
      })
    }

    it(`[C02] tells the ${kind} client 1009 for a message over the limit`, async () => {
      await using server = await echo()
      const socket = await openSocket(kind, server.url)
      const end = closed(socket)
      socket.send('x'.repeat(65_537))
      expect(await end).toMatchObject({ code: 1009, wasClean: true })
    })
  }

  it('says goodbye with 1001 when it is disposed', async () => {
    const server = await echo()
    const socket = await openSocket('ws', server.url)
    const end = closed(socket)
    await server[Symbol.asyncDispose]()
    expect(await end).toMatchObject({ code: 1001 })
    expect(server.endings).toEqual([{ kind: 'closed-by-us', code: 1001, reason: '' }])
  })

  it('[A14] answers a frame that came in the packet of the request, and ends TCP after Close', async () => {
    await using server = await echo()
    const socket = connect(server.port, '127.0.0.1')
    socket.write(
      Buffer.concat([
        Buffer.from(HANDSHAKE),
        frame({ opcode: 1, payload: 'now', mask: ZERO_MASK }),
        frame({ opcode: 8, payload: Buffer.of(3, 232), mask: ZERO_MASK }),
      ]),
    )
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    await once(socket, 'end')
    const answer = Buffer.concat(chunks).toString('latin1')
    expect(answer).toMatch(/^HTTP\/1\.1 101 .*\r\n\r\n\x81\x03now\x88\x02\x03\xe8$/s)
  })

  it('[A10] refuses a bad handshake with its status and closes', async () => {
    await using server = await echo()
    const socket = connect(server.port, '127.0.0.1')
    socket.write(HANDSHAKE.replace('dGhl', '####'))
    let answer = ''
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
    await once(socket, 'close')
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nConnection: close\r\n.*Sec-WebSocket-Key must be/s)
  })

  it('[C11] a connection that is reset is transport lost, with the error', async () => {
    await using server = await echo()
    const socket = connect(server.port, '127.0.0.1')
    socket.write(HANDSHAKE)
    await once(socket, 'data')
    socket.resetAndDestroy()
    await expect
      .poll(() => server.endings)
      .toMatchObject([{ kind: 'transport-lost', code: 1006, error: { code: 'ECONNRESET' } }])
  })

  it('[C08] a client that floods and does not read is not read either: nothing piles up', async () => {
    await using server = await echo({ limits: { maxMessageBytes: 1_000_000 } })
    const socket = connect(server.port, '127.0.0.1')
    socket.write(HANDSHAKE)
    await once(socket, 'data')
    socket.pause()
    const big = frame({ opcode: 2, payload: Buffer.alloc(500_000), mask: ZERO_MASK })
    let accepted = 0
    // Writes until the server has stopped reading for good: the kernel's buffers are all that fills.
    for (let quiet = 0; quiet < 20 && accepted < 200;) {
      if (socket.writableLength > 0) {
        quiet++
        await new Promise((resolve) => setImmediate(resolve))
      } else {
        quiet = 0
        accepted++
        socket.write(big)
      }
    }
    expect(accepted).toBeLessThan(200)
    socket.destroy()
  })
})

describe('the client role, on sockets', () => {
  async function wsServer(
    perMessageDeflate: boolean,
  ): Promise<{ url: string; server: WebSocketServer } & AsyncDisposable> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate })
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    return {
      server,
      url: `ws://127.0.0.1:${port}/`,
      async [Symbol.asyncDispose]() {
        for (const client of server.clients) client.terminate()
        await new Promise((resolve) => server.close(resolve))
      },
    }
  }

  for (const deflate of [false, true]) {
    it(`talks to a ws server${deflate ? ', with deflate' : ''}, and both close cleanly`, async () => {
      await using peer = await wsServer(deflate)
      const seen = new Promise<[number, string]>((resolve) => {
        peer.server.on('connection', (socket) => {
          socket.on('message', (data, binary) => socket.send(data, { binary }))
          socket.on('close', (code, reason) => resolve([code, reason.toString()]))
        })
      })
      const got: Buffer[] = []
      let negotiated = false
      const ending = await connectClient(peer.url, {
        deflate: deflate && { threshold: 0 },
        limits: { maxMessageBytes: 100_000 },
        onOpen: (connection, done) => {
          negotiated = done.deflate !== undefined
          for (const message of MESSAGES) {
            if (typeof message === 'string') connection.sendText(message)
            else connection.sendBinary(message)
          }
        },
        onMessage: (connection, payload) => {
          got.push(Buffer.from(payload))
          if (got.length === MESSAGES.length) connection.close(4_000, 'enough')
        },
      })
      expect(negotiated).toBe(deflate)
      expect(got.map((each, i) => each.equals(Buffer.from(MESSAGES[i]!)))).toEqual(MESSAGES.map(() => true))
      expect(ending).toEqual({ kind: 'closed-by-us', code: 4_000, reason: 'enough' })
      expect(await seen).toEqual([4_000, 'enough'])
    })
  }

  it('tells why a handshake failed', async () => {
    const refusing: Server = createServer((socket) => {
      socket.resume()
      socket.end('HTTP/1.1 503 Service Unavailable\r\n\r\n')
    }).listen(0, '127.0.0.1')
    await once(refusing, 'listening')
    const { port } = refusing.address() as { port: number }
    await expect(connectClient(`ws://127.0.0.1:${port}/`, { onMessage() {} })).rejects.toThrow(
      'did not answer with status 101',
    )
    await expect(connectClient('wss://127.0.0.1/', { onMessage() {} })).rejects.toThrow(TypeError)
    await new Promise((resolve) => refusing.close(resolve))
  })

  it('plays the client under test of a fuzzing server', async () => {
    await using peer = await wsServer(true)
    const calls: string[] = []
    peer.server.on('connection', (socket, { url }) => {
      calls.push(url!)
      if (url === '/getCaseCount') {
        socket.send('2')
        socket.close(1000)
      } else if (url!.startsWith('/runCase')) {
        socket.send('echo me')
        socket.on('message', (data) => {
          calls.push((data as Buffer).toString())
          socket.close(1000)
        })
      } else socket.close(1000)
    })
    expect(await runConformance(peer.url, { agent: 'a b', deflate: true })).toBe(2)
    expect(calls).toEqual([
      '/getCaseCount',
      '/runCase?case=1&agent=a%20b',
      'echo me',
      '/runCase?case=2&agent=a%20b',
      'echo me',
      '/updateReports?agent=a%20b',
    ])
  })
})

describe('npm run echo', () => {
  const run = (...args: string[]): ReturnType<typeof spawn> =>
    spawn(process.execPath, [
      '--conditions=@hydrant/source',
      new URL('../echo/main.ts', import.meta.url).pathname,
      ...args,
    ])

  async function outcome(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = run(...args)
    let out = ''
    let err = ''
    child.stdout!.on('data', (chunk: Buffer) => (out += chunk.toString()))
    child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, out, err }
  }

  it('listens, echoes, and on SIGTERM closes with 1001 and exits with 0', async () => {
    const child = run('--port', '0', '--deflate', '--max-message', '100')
    const [line] = (await once(child.stdout!, 'data')) as [Buffer]
    const url = /ws:\S+/.exec(line.toString())![0]
    const socket = await openSocket('ws', url)
    const answer = nextMessage(socket)
    socket.send('hello')
    expect(await answer).toBe('hello')
    const end = closed(socket)
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    expect(await end).toMatchObject({ code: 1001 })
    expect(await exit).toEqual([0, null])
  })

  it('has help, and one clear line when the input is wrong', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as { port: number }
    const [help, ...wrong] = await Promise.all([
      outcome('--help'),
      outcome('--port', '70000'),
      outcome('--port', String(port)),
      outcome('--nonsense'),
      outcome('--connect', 'http://127.0.0.1/'),
    ])
    expect(help).toMatchObject({ code: 0, out: expect.stringContaining('--max-fragments N') })
    expect(wrong.map(({ code, out }) => [code, out])).toEqual(wrong.map(() => [1, '']))
    expect(wrong.map(({ err }) => err)).toEqual([
      'echo: --port takes a whole number from 0 to 65535, not "70000"\n',
      `echo: 127.0.0.1:${port} is in use already; choose another --port\n`,
      expect.stringMatching(/^echo: Unknown option '--nonsense'[^\n]*\n$/),
      'echo: Only ws: addresses are spoken here, not http:\n',
    ])
    taken.close()
  })
})
