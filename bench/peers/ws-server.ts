import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type WebSocket, WebSocketServer } from 'ws'
import { serveCommands } from './line-protocol.ts'
import { channelNames, planOf } from './plan.ts'
import { Publisher } from './publisher.ts'

/**
 * A loop of `ws` sends, as in its README ("Server broadcast"). The message is turned into bytes once, which is the
 * fastest form of that loop: a string would be encoded again for every client. Where there are many channels each has a set of its clients.
 */
const plan = planOf(process.argv)
const isBinary = plan.shape.isBinary ?? false
const http = httpServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    publish(Buffer.concat(chunks))
    response.writeHead(201, { 'Content-Length': 0 }).end()
  })
})
// Without context takeover, which its README advises against memory use; the threshold of the others.
const perMessageDeflate =
  plan.deflate === true ? { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 } : false
// Between two bursts the publishers say nothing for longer than Node waits by default.
http.keepAliveTimeout = 0
const server = new WebSocketServer({ server: http, perMessageDeflate })
/** The clients of each channel. */
const readers = new Map<string, Set<WebSocket>>(channelNames(plan).map((channel) => [channel, new Set()]))
server.on('connection', (socket, request) => {
  socket.on('error', console.error)
  const path = request.url!
  if (path === '/publish') {
    socket.on('message', (data: Buffer) => {
      publish(data)
      socket.send('{"ok":true}')
    })
    return
  }
  const channel = path.slice('/trades/'.length)
  for (const [name, clients] of readers) if (path === '/' || channel === name) clients.add(socket)
  socket.on('message', publish)
})

const publisher = new Publisher(plan, (trade, channel) => {
  broadcast(readers.get(channel)!, Buffer.from(JSON.stringify(trade)))
})
http.listen(0, '127.0.0.1', async () => {
  const { port } = http.address() as { port: number }
  serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
})

/** What a client has sent. That it is JSON is the least that somebody has to find out. */
function publish(data: Buffer): void {
  const message: unknown = JSON.parse(data.toString())
  broadcast(readers.get('')!, Buffer.from(JSON.stringify(message)))
}

function broadcast(clients: Iterable<WebSocket>, message: Buffer): void {
  for (const client of clients) client.send(message, { binary: isBinary })
}

function httpServer(answer: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const { certificate } = plan
  return certificate === undefined
    ? createServer(answer)
    : createTlsServer({ cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) }, answer)
}
