// The server of the delivery proof, as a process that can be killed. Prints its port when it listens; each line that it reads is how many
// milliseconds its wall clock is off from then on.
import { createInterface } from 'node:readline'
import { type Clock, createHydrant, systemClock } from '@hydrant/server'

const CONTRACT = {
  asyncapi: '3.1.0',
  info: { title: 'Delivery proof', version: '1.0.0' },
  channels: {
    log: {
      address: '/log/{name}',
      parameters: { name: {} },
      messages: { entry: { payload: { type: 'string', pattern: '^[a-z0-9]+:[0-9]+$' } } },
      'x-hydrant': { history: { messages: 1000, seconds: 600 } },
    },
  },
  operations: { send: { action: 'send', channel: { $ref: '#/channels/log' } } },
}

let offsetMs = 0
const clock: Clock = { ...systemClock, wallMs: () => systemClock.wallMs() + offsetMs }
createInterface(process.stdin).on('line', (line) => (offsetMs = Number(line)))

const hydrant = createHydrant({ contract: CONTRACT, clock, limits: { maxOutboxBytes: 64 * 1024 } })
const { port } = await hydrant.listen({ port: Number(process.argv[2] ?? 0) })
console.log(port)
process.once('SIGTERM', () => {
  void hydrant.close().then(() => process.exit(0))
})
