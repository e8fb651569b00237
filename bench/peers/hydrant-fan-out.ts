import { createHydrant } from '@hydrant/server'
import { serveCommands } from './line-protocol.ts'
import { PacedPublisher, paceOf } from './paced-publisher.ts'
import { type Checks, tradeAt, tradesContract } from './trades.ts'

/**
 * Hydrant's server with its defaults: contract, history, positions and idempotency window. The first argument says
 * what the contract checks; the rest stays.
 */
const hydrant = createHydrant({
  contract: tradesContract(process.argv[2] as Checks),
  // The load generator compares bytes and answers no pings.
  limits: { pingIntervalMs: 0 },
})
const { port } = await hydrant.listen({ port: 0 })

const publisher = new PacedPublisher(paceOf(process.argv.slice(3)), (sequence) => {
  hydrant.publish('/trades', tradeAt(sequence)).catch((error: unknown) => {
    console.error(error)
    publisher.refused()
  })
})
serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
