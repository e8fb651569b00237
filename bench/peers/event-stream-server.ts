import { createServer, type ServerResponse } from 'node:http'
import { serveCommands } from './line-protocol.ts'
import { planOf } from './plan.ts'
import { Publisher } from './publisher.ts'

/** Server-Sent Events as one writes them with Node alone: a loop over the responses. */
const readers = new Set<ServerResponse>()
const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.flushHeaders()
  readers.add(response)
  response.on('close', () => readers.delete(response))
})

let id = 0
const publisher = new Publisher(planOf(process.argv), (trade) => {
  const event = Buffer.from(`id: ${++id}\nevent: trade\ndata: ${JSON.stringify(trade)}\n\n`)
  for (const reader of readers) reader.write(event)
})
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as { port: number }
  serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
})
