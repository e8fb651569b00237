// Socket.IO as its documentation shows it: an echo, and a broadcast to all. Defaults throughout (maxHttpBufferSize is 1 MB by default).
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const http = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    io.emit('bytes', Buffer.concat(chunks))
    response.writeHead(201).end()
  })
})
const io = new Server(http)
io.on('connection', (socket) => {
  socket.on('echo', (value: unknown) => socket.emit('echo', value))
})
http.listen(0, '127.0.0.1', () =>
  console.log(`Listening on http://127.0.0.1:${(http.address() as { port: number }).port}`),
)
