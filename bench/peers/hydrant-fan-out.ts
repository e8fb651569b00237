import { createHydrant } from '@hydrant/server'
import { serveCommands } from './line-protocol.ts'
import { PacedPublisher, paceOf } from './paced-publisher.ts'
import { tradeAt, tradesContract } from './trades.ts'

/**
 * Hydrant's server with its defaults: contract, history, positions and idempotency window. `unchecked` as the first
 * argument takes the payload schemas out of the contract: the rest stays.
 */
const unchecked = process.argv[2] === 'unchecked'
const hydrant = createHydrant({
  contract: tradesContract({ schemas: !unchecked }),
  // The load generator compares bytes and answers no pings.
  wireLimits: { pingIntervalMs: 0 },
})
const { port } = await hydrant.listen({ port: 0 })

const publisher = new PacedPublisher(paceOf(process.argv.slice(3)), (sequence) => {
  hydrant.publish('/trades', tradeAt(sequence)).catch((error: unknown) => {
    console.error(error)
    publisher.refused()
  })
})
serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
