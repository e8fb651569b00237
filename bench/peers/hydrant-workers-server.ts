import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { readContract } from '@hydrant/contract'
import { type Hydrant, SettingsInForce } from '@hydrant/server'
import { Primary, serveAsWorker, StreamLink } from '@hydrant/server/workers'
import { processTree } from './brokers/process-tree.ts'
import { serveCommands } from './line-protocol.ts'
import { planOf } from './plan.ts'
import { Publisher } from './publisher.ts'
import { type Trade, tradesContract } from './trades.ts'

/**
 * Hydrant with worker processes: `hydrant-workers-server.ts COUNT PLAN`. The first worker publishes, as an application does that is
 * connected to one of them; every publish goes to the primary and from there to all. Measured: primary and workers together.
 */
const [, , role] = process.argv
const LINK_FD = 3
if (role === 'worker') await work()
else await lead(Number(role))

async function lead(workers: number): Promise<void> {
  const source = JSON.stringify(
    tradesContract({ checks: 'checked', historyMessages: 100, isMany: false, isState: false, isBinary: false }),
  )
  const { contract } = readContract(source)
  const limits = { pingIntervalMs: 0, messagesPerSecond: 0, bytesPerSecond: 0 }
  const children: ChildProcess[] = []
  const primary = new Primary({
    contract: contract!,
    source,
    settings: new SettingsInForce(new Map()).withCode(limits),
    auth: {},
    log: { level: 'silent' },
    workers,
    fork() {
      const args = [...process.execArgv, fileURLToPath(import.meta.url), 'worker', process.argv.at(-1)!]
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] })
      children.push(child)
      return {
        pid: child.pid!,
        link: new StreamLink(child.stdio[LINK_FD] as Duplex),
        exited: once(child, 'exit').then(([code, signal]) => ({ code: code as number, signal: signal as string })),
        kill: () => void child.kill('SIGKILL'),
      }
    },
    onWorker(event) {
      console.error(`worker ${event.number}: ${event.kind}`)
      process.exit(1)
    },
  })
  const { port } = await primary.listen({ host: '127.0.0.1', port: 0 })
  const publishing = children[0]!
  const tree = processTree(process.pid)
  const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)
  createInterface({ input: publishing.stdout! }).on('line', (line) => {
    const said = JSON.parse(line) as { creditPort?: number }
    if (said.creditPort !== undefined) say({ port, creditPort: said.creditPort })
    else say({ ...said, ...tree.cpuTime() })
  })
  // The connections are the harness's: nobody is to be told goodbye.
  const quit = (): void => {
    for (const child of children) child.kill('SIGKILL')
    process.exit(0)
  }
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    if (line === 'memory') say(tree.memory())
    else if (line === 'quit') quit()
    else publishing.stdin!.write(`${line}\n`)
  })
  lines.on('close', quit)
}

async function work(): Promise<void> {
  const plan = planOf(process.argv)
  const publish = async (hydrant: Hydrant): Promise<void> => {
    const publisher = new Publisher(plan, (trade: Trade) => {
      hydrant.publish('/trades', trade).catch((error: unknown) => {
        console.error(error)
        publisher.refused()
      })
    })
    serveCommands({ port: 0, creditPort: await publisher.listenForCredits() }, publisher)
  }
  await serveAsWorker({
    link: new StreamLink(new Socket({ fd: LINK_FD })),
    equip: async (_settings, number) => ({
      log: { level: 'silent' },
      serving: (hydrant) => void (number === 1 ? publish(hydrant) : undefined),
    }),
    onFault: (error) => console.error(error),
  })
  process.exit(0)
}
