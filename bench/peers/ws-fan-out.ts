import { WebSocketServer } from 'ws'
import { serveCommands } from './line-protocol.ts'
import { planOf, Publisher } from './publisher.ts'
import { tradeMaker } from './trades.ts'

/**
 * A loop of `ws` sends, as in its README ("Server broadcast"). The message is turned into bytes once, which is the
 * fastest form of that loop: a string would be encoded again for every client.
 */
const { pace, shape } = planOf(process.argv)
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('connection', (socket) => socket.on('error', console.error))

const trade = tradeMaker(shape)
const publisher = new Publisher(pace, (sequence) => {
  const message = Buffer.from(JSON.stringify(trade(sequence)))
  for (const client of server.clients) client.send(message, { binary: false })
})
server.on('listening', async () => {
  const { port } = server.address() as { port: number }
  serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
})
