import { WebSocketServer } from 'ws'
import { ANSWERS_ONLY, serveCommands } from './line-protocol.ts'

/** `ws` with its defaults (no permessage-deflate), as in its README. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('connection', (socket) => {
  socket.on('error', console.error)
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})
server.on('listening', () => {
  serveCommands({ port: (server.address() as { port: number }).port, creditPort: 0 }, ANSWERS_ONLY)
})
