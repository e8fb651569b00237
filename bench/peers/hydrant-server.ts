import { readFileSync } from 'node:fs'
import { createHydrant } from '@hydrant/server'
import { serveCommands } from './line-protocol.ts'
import { planOf } from './plan.ts'
import { Publisher } from './publisher.ts'
import { type Checks, type Trade, tradesContract } from './trades.ts'

/**
 * Hydrant's server with its defaults: contract, history, positions and idempotency window. The first argument says
 * what the contract checks, the second how much history it keeps.
 */
const [, , checks, historyMessages] = process.argv
const plan = planOf(process.argv)
const { channels, deflate, isState = false, shape, certificate } = plan
const hydrant = createHydrant({
  contract: tradesContract({
    checks: checks as Checks,
    historyMessages: Number(historyMessages),
    isMany: channels !== undefined,
    isState,
    isBinary: shape.isBinary ?? false,
  }),
  deflate,
  // The load generator compares bytes and answers no pings. Where it publishes it does so as fast as it can.
  limits: { pingIntervalMs: 0, messagesPerSecond: 0, bytesPerSecond: 0 },
})
const { port } = await hydrant.listen({
  port: 0,
  tls: certificate && { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) },
})

const dataOf = shape.isBinary === true ? (trade: Trade) => Buffer.from(JSON.stringify(trade)) : (trade: Trade) => trade
const publisher = new Publisher(plan, (trade, channel) => {
  hydrant.publish(channel === '' ? '/trades' : `/trades/${channel}`, dataOf(trade)).catch((error: unknown) => {
    console.error(error)
    publisher.refused()
  })
})
serveCommands({ port, creditPort: await publisher.listenForCredits() }, publisher)
