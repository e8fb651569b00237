// Quick echo measurement: our echo server against `ws`, alternating, in child processes.
//
//   node --conditions=@hydrant/source bench/echo-bench.ts [seconds] [rounds]
//
// The load generator is one process on raw sockets that writes prepared frames and counts the bytes that return, so that
// it costs less than the server. Reported are messages per CPU-second of the server process.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'

const SIZE = 64

interface Reply {
  port?: number
  cpu?: number
}

const [mode, ...rest] = process.argv.slice(2)
if (mode === 'serve-hydrant' || mode === 'serve-ws') await serve(mode)
else await main(Number(mode ?? 3), Number(rest[0] ?? 3))

async function serve(kind: string): Promise<void> {
  let port: number
  if (kind === 'serve-hydrant') {
    const { EchoServer } = await import('../echo/server.ts')
    port = await new EchoServer().listen()
  } else {
    const { WebSocketServer } = await import('ws')
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
    server.on('connection', (socket) => {
      socket.on('message', (data, binary) => socket.send(data, { binary }))
    })
    await once(server, 'listening')
    port = (server.address() as { port: number }).port
  }
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send!({ cpu: (user + system) / 1e6 } satisfies Reply)
  })
  process.send!({ port } satisfies Reply)
}

async function main(seconds: number, rounds: number): Promise<void> {
  for (const [name, connections, inFlight] of [
    ['pipelined', 100, 16],
    ['ping-pong', 100, 1],
    ['one-conn', 1, 1],
  ] as const) {
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const ours = await measure('serve-hydrant', connections, inFlight, seconds)
      const ws = await measure('serve-ws', connections, inFlight, seconds)
      ratios.push(ours / ws)
      console.log(
        `${name}: hydrant ${ours.toFixed(0)}/cpu-s, ws ${ws.toFixed(0)}/cpu-s, ratio ${(ours / ws).toFixed(2)}`,
      )
    }
    ratios.sort((a, b) => a - b)
    console.log(`${name}: median ratio ${ratios[rounds >> 1]!.toFixed(2)}`)
  }
}

async function ask(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [reply] = (await once(child, 'message')) as [Reply]
  return reply.cpu!
}

/** Messages echoed per CPU-second of the server. */
async function measure(kind: string, connections: number, inFlight: number, seconds: number): Promise<number> {
  const child = fork(import.meta.filename, [kind], {
    execArgv: ['--conditions=@hydrant/source', '--disable-warning=ExperimentalWarning'],
  })
  const [{ port }] = (await once(child, 'message')) as [Reply]
  const frame = Buffer.concat([
    Buffer.from([0x81, 0x80 | SIZE, 1, 2, 3, 4]),
    Buffer.alloc(SIZE, 'x').map((b, i) => b ^ (1 + (i & 3))),
  ])
  const batch = Buffer.concat(Array.from({ length: inFlight }, () => frame))
  const expected = inFlight * (SIZE + 2)
  let messages = 0
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port!, '127.0.0.1')
      socket.setNoDelay(true)
      await once(socket, 'connect')
      socket.write(
        'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      )
      await once(socket, 'data')
      let got = 0
      socket.on('data', (bytes: Buffer) => {
        got += bytes.length
        while (got >= expected) {
          got -= expected
          messages += inFlight
          socket.write(batch)
        }
      })
      socket.on('error', () => {})
      return socket
    }),
  )
  for (const socket of sockets) socket.write(batch)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const cpu = await ask(child)
  const before = messages
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const after = messages
  const used = (await ask(child)) - cpu
  for (const socket of sockets) socket.destroy()
  child.kill()
  await once(child, 'exit')
  return (after - before) / used
}
