import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BROKERS } from './brokers/brokers.ts'
import { freePorts } from './brokers/free-ports.ts'
import { linkTo, listening } from './brokers/link.ts'
import { processTree } from './brokers/process-tree.ts'
import { serveCommands } from './line-protocol.ts'
import { planOf } from './plan.ts'
import { Publisher } from './publisher.ts'

/**
 * A broker that is a program of its own: `broker.ts NAME CORE PLAN`. It runs pinned to the servers' core, and what is measured is its
 * CPU time and memory; this process only publishes to it, over the broker's own protocol.
 */
const [, , name, core] = process.argv
const broker = BROKERS[name!]!
const folder = mkdtempSync(join(tmpdir(), `hydrant-bench-${name}-`))
const [webSocketPort, publishPort] = await freePorts(2)
const command = broker.command({ folder, webSocketPort: webSocketPort!, publishPort: publishPort! })
const pinned = core === 'any' ? command : ['taskset', '-c', core!, ...command]
const child = spawn(pinned[0]!, pinned.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] })
child.on('exit', (code) => {
  console.error(`${name} ended with ${code}`)
  process.exit(1)
})
process.on('exit', () => {
  child.removeAllListeners('exit')
  child.kill()
  rmSync(folder, { recursive: true, force: true })
})

const link = await linkTo(publishPort!)
await listening(webSocketPort!)
broker.greet(link)
const publisher = new Publisher(planOf(process.argv), (trade, channel) =>
  link.send(broker.publication(`trades${channel}`, Buffer.from(JSON.stringify(trade)))),
)
serveCommands(
  { port: webSocketPort!, creditPort: await publisher.listenForCredits() },
  publisher,
  processTree(child.pid!),
)
