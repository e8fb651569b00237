import { createHydrant } from '@hydrant/server'
import { serveCommands } from '../peers/line-protocol.ts'
import { planOf } from '../peers/plan.ts'
import { Publisher } from '../peers/publisher.ts'
import { tradesContract } from '../peers/trades.ts'

/** A fan-out that changes every tenth message, or leaves it out: the first argument says which. */
const [, , fault] = process.argv
const plan = planOf(process.argv)
const hydrant = createHydrant({
  contract: tradesContract({ checks: 'checked', historyMessages: 100, isMany: false, isState: false, isBinary: false }),
  deflate: plan.deflate,
  limits: { pingIntervalMs: 0 },
})
const { port } = await hydrant.listen({ port: 0 })
let messages = 0
const publisher = new Publisher(plan, (trade) => {
  const isTenth = ++messages % 10 === 0
  if (isTenth && fault === 'loses') return
  void hydrant.publish('/trades', isTenth ? { ...trade, sequence: trade.sequence + 1 } : trade)
})
serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
