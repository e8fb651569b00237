import { bun, upgradeAll } from './bun.ts'
import { serveCommands } from './line-protocol.ts'
import { planOf, Publisher } from './publisher.ts'
import { tradeMaker } from './trades.ts'

/** Bun's native publish to a topic, as in its documentation. */
const { pace, shape } = planOf(process.argv)
const server = bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: upgradeAll,
  websocket: {
    open: (socket) => socket.subscribe('trades'),
    message() {},
    // The load generator answers no pings, and no subscriber may be dropped.
    idleTimeout: 0,
    sendPings: false,
    backpressureLimit: 64 * 1024 * 1024,
  },
})

const trade = tradeMaker(shape)
const publisher = new Publisher(pace, (sequence) => void server.publish('trades', JSON.stringify(trade(sequence))))
serveCommands({ port: server.port, creditPort: await publisher.listenForCredits() }, publisher)
