// ws as its README shows it: an echo, and a broadcast to whoever follows /busy. Defaults throughout (maxPayload is 100 MiB by default).
import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: process.argv.includes('--deflate') })
const busy = new Set<WebSocket>()
const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(404).end()
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    for (const client of busy) client.send(body)
    response.writeHead(201).end()
  })
})
server.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (client) => {
    client.on('error', () => {})
    client.on('message', (data, isBinary) => client.send(data, { binary: isBinary }))
    if (request.url === '/busy') {
      busy.add(client)
      client.on('close', () => busy.delete(client))
    }
  })
})
server.listen(0, '127.0.0.1', () =>
  console.log(`Listening on http://127.0.0.1:${(server.address() as { port: number }).port}`),
)
