import { createServer } from 'node:http'
import { serveCommands } from './line-protocol.ts'
import { npmPeer } from './npm-peer.ts'
import { planOf, Publisher } from './publisher.ts'
import { tradeMaker } from './trades.ts'

interface SocketIo {
  readonly Server: new (
    http: object,
    options: object,
  ) => {
    on(event: 'connection', run: (socket: { join(room: string): void }) => void): void
    to(room: string): { emit(event: string, data: object): void }
  }
}

/** A room of Socket.IO, over WebSocket alone and without compression (its default), as its documentation tunes it for speed. */
const { Server } = npmPeer('socket.io') as SocketIo
const { pace, shape } = planOf(process.argv)
const http = createServer()
// The load generator answers no pings.
const io = new Server(http, { transports: ['websocket'], serveClient: false, pingInterval: 600_000 })
io.on('connection', (socket) => socket.join('trades'))

const trade = tradeMaker(shape)
const publisher = new Publisher(pace, (sequence) => io.to('trades').emit('trade', trade(sequence)))
http.listen(0, '127.0.0.1', async () => {
  const { port } = http.address() as { port: number }
  serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
})
