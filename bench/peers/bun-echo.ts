import { bun, upgradeAll } from './bun.ts'
import { ANSWERS_ONLY, serveCommands } from './line-protocol.ts'

/** An echo on Bun's own WebSocket server, as in its documentation. */
const server = bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch: upgradeAll,
  // The load generator answers no pings.
  websocket: { message: (socket, message) => void socket.send(message), idleTimeout: 0, sendPings: false },
})
serveCommands({ port: server.port, creditPort: 0 }, ANSWERS_ONLY)
