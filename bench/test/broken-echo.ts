import { WebSocketServer } from 'ws'
import { ANSWERS_ONLY, serveCommands } from '../peers/line-protocol.ts'

/** An echo server that changes the last byte of every tenth message. */
let messages = 0
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer, isBinary) => {
    if (++messages % 10 === 0) data[data.length - 1]! ^= 1
    socket.send(data, { binary: isBinary })
  })
})
server.on('listening', () => {
  serveCommands({ port: (server.address() as { port: number }).port, creditPort: 0 }, ANSWERS_ONLY)
})
