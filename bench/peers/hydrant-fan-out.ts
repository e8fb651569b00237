import { createHydrant } from '@hydrant/server'
import { serveCommands } from './line-protocol.ts'
import { planOf, Publisher } from './publisher.ts'
import { type Checks, tradeMaker, tradesContract } from './trades.ts'

/**
 * Hydrant's server with its defaults: contract, history, positions and idempotency window. The first argument says
 * what the contract checks, the second how much history it keeps.
 */
const [, , checks, historyMessages] = process.argv
const { pace, shape } = planOf(process.argv)
const hydrant = createHydrant({
  contract: tradesContract(checks as Checks, Number(historyMessages)),
  // The load generator compares bytes and answers no pings.
  limits: { pingIntervalMs: 0 },
})
const { port } = await hydrant.listen({ port: 0 })

const trade = tradeMaker(shape)
const publisher = new Publisher(pace, (sequence) => {
  hydrant.publish('/trades', trade(sequence)).catch((error: unknown) => {
    console.error(error)
    publisher.refused()
  })
})
serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
