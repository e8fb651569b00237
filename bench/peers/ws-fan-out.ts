import { WebSocketServer } from 'ws'
import { serveCommands } from './line-protocol.ts'
import { PacedPublisher, paceOf } from './paced-publisher.ts'
import { tradeAt } from './trades.ts'

/**
 * A loop of `ws` sends, as in its README ("Server broadcast"). The message is turned into bytes once, which is the
 * fastest form of that loop: a string would be encoded again for every client.
 */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('connection', (socket) => socket.on('error', console.error))

const publisher = new PacedPublisher(paceOf(process.argv.slice(2)), (sequence) => {
  const message = Buffer.from(JSON.stringify(tradeAt(sequence)))
  for (const client of server.clients) client.send(message, { binary: false })
})
server.on('listening', async () => {
  const { port } = server.address() as { port: number }
  serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
})
