// A server in a process of its own whose heap can be asked for. A line on stdin is answered with the bytes of live objects.
import { createInterface } from 'node:readline'
import { setImmediate as turn } from 'node:timers/promises'
import { createHydrant } from '@hydrant/server'

const hydrant = createHydrant({
  contract: {
    asyncapi: '3.0.0',
    info: { title: 'Memory', version: '1.0.0' },
    channels: { trades: { address: '/trades', messages: { trade: { payload: { type: 'object' } } } } },
    operations: { sendTrades: { action: 'send', channel: { $ref: '#/channels/trades' } } },
  },
})
const { port } = await hydrant.listen({ port: 0 })
console.log(port)

for await (const _ of createInterface({ input: process.stdin })) {
  for (let i = 0; i < 3; i++) {
    gc!()
    // What a collection finds to be gone may hold something until its own turn has come.
    await turn()
  }
  console.log(process.memoryUsage().heapUsed)
}
process.exit(0)
