import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
import { ANSWERS_ONLY, serveCommands } from '../peers/line-protocol.ts'

/** Takes messages over HTTP, refuses every tenth, and passes none on. */
let messages = 0
const http = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.writeHead(++messages % 10 === 0 ? 503 : 201, { 'Content-Length': 0 }).end())
})
const readers = new WebSocketServer({ server: http })
readers.on('connection', (socket) => socket.on('error', console.error))
http.listen(0, '127.0.0.1', () => {
  serveCommands({ port: (http.address() as { port: number }).port, creditPort: 0 }, ANSWERS_ONLY)
})
