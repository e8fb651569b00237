import { bun, type BunServer, upgradeAll } from './bun.ts'
import { serveCommands } from './line-protocol.ts'
import { channelNames, planOf } from './plan.ts'
import { Publisher } from './publisher.ts'

/** Bun's native publish to topics, as in its documentation. */
const plan = planOf(process.argv)
const { deflate = false, shape, certificate } = plan
const names = channelNames(plan)
const server = bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  // Between two bursts the publishers say nothing for longer than it waits by default.
  idleTimeout: 0,
  ...(certificate === undefined
    ? {}
    : { tls: { cert: bun.file(certificate.certFile), key: bun.file(certificate.keyFile) } }),
  fetch: (request, self) => (request.method === 'POST' ? publishBody(request, self) : upgradeAll(request, self)),
  websocket: {
    open: (socket) => {
      const { pathname } = new URL(socket.data.url)
      if (pathname === '/publish') return
      for (const name of names) if (pathname === '/' || pathname === `/trades/${name}`) socket.subscribe(topicOf(name))
    },
    message: (socket, message) => {
      publishText(message.toString())
      if (socket.data.url.endsWith('/publish')) socket.send('{"ok":true}')
    },
    // The load generator answers no pings, and no subscriber may be dropped.
    idleTimeout: 0,
    sendPings: false,
    backpressureLimit: 64 * 1024 * 1024,
    perMessageDeflate: deflate,
  },
})

const publisher = new Publisher(plan, (trade, channel) => {
  const text = JSON.stringify(trade)
  server.publish(topicOf(channel), shape.isBinary === true ? Buffer.from(text) : text, deflate)
})
serveCommands({ port: server.port, creditPort: await publisher.listenForCredits() }, publisher)

async function publishBody(request: Request, self: BunServer): Promise<Response> {
  self.publish(topicOf(''), JSON.stringify(await request.json()))
  return new Response(undefined, { status: 201 })
}

/** What a client has sent. That it is JSON is the least that somebody has to find out. */
function publishText(text: string): void {
  server.publish(topicOf(''), JSON.stringify(JSON.parse(text) as unknown))
}

/** A topic needs a name. */
function topicOf(channel: string): string {
  return `trades${channel}`
}
