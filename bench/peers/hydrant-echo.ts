import { EchoServer } from '../../packages/wire/echo/server.ts'
import { ANSWERS_ONLY, serveCommands } from './line-protocol.ts'

/** Hydrant's protocol engine on Node's sockets, with its defaults: every check of RFC 6455, limits, pings and deadlines. */
serveCommands({ port: await new EchoServer().listen(), creditPort: 0 }, ANSWERS_ONLY)
