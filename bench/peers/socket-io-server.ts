import { createServer } from 'node:http'
import { serveCommands } from './line-protocol.ts'
import { npmPeer } from './npm-peer.ts'
import { channelNames, planOf } from './plan.ts'
import { Publisher } from './publisher.ts'

interface SocketIo {
  readonly Server: new (
    http: object,
    options: object,
  ) => {
    on(event: 'connection', run: (socket: Socket) => void): void
    to(room: string): { emit(event: string, data: unknown): void }
  }
}

interface Socket {
  readonly handshake: { readonly query: Readonly<Record<string, string>> }
  join(rooms: string | string[]): void
  on(event: 'trade', run: (data: unknown) => void): void
}

/** Rooms of Socket.IO, over WebSocket alone and without compression (its default), as its documentation tunes it for speed. */
const { Server } = npmPeer('socket.io') as SocketIo
const plan = planOf(process.argv)
const names = channelNames(plan)
const http = createServer()
// The load generator answers no pings.
const io = new Server(http, { transports: ['websocket'], serveClient: false, pingInterval: 600_000 })
io.on('connection', (socket) => {
  const { channel } = socket.handshake.query
  socket.join(channel === undefined ? names.map(roomOf) : roomOf(channel))
  socket.on('trade', (data) => io.to(roomOf('')).emit('trade', data))
})

const publisher = new Publisher(plan, (trade, channel) => io.to(roomOf(channel)).emit('trade', trade))
http.listen(0, '127.0.0.1', async () => {
  const { port } = http.address() as { port: number }
  serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
})

/** A room needs a name. */
function roomOf(channel: string): string {
  return `trades${channel}`
}
