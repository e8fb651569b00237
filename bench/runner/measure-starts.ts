import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { freePorts } from '../peers/brokers/free-ports.ts'
import { largeContract, yamlOf } from './large-contract.ts'
import type { StartResult } from './result.ts'
import { spreadOf } from './spread.ts'
import { BENCH, type Workspace } from './workspace.ts'

/** The size that the promise speaks of. */
const LARGE_BYTES = 410_000
const READY_WITHIN_MS = 10_000
const POLL_MS = 2

const SMALL = `asyncapi: 3.0.0
info: { title: Small, version: 1.0.0 }
channels:
  prices:
    address: /prices/{symbol}
    parameters: { symbol: {} }
    messages: { price: { payload: { type: object, required: [bid], properties: { bid: { type: number } } } } }
operations:
  sendPrices: { action: send, channel: { $ref: '#/channels/prices' } }
`

/** How long it takes to load a large contract in a new process, and from the start of `hydrant serve` to the first green `/-/ready`. */
export async function measureStarts(workspace: Workspace, rounds: number): Promise<StartResult[]> {
  const small = workspace.file('small.yaml', Buffer.from(SMALL))
  const largeJson = workspace.file(
    'large.json',
    Buffer.from(largeContract(LARGE_BYTES, (document) => JSON.stringify(document, undefined, 2))),
  )
  const largeYaml = workspace.file('large.yaml', Buffer.from(largeContract(LARGE_BYTES, yamlOf)))
  const measured: Readonly<Record<string, () => Promise<number> | number>> = {
    'loading a contract of 410 KB (JSON)': () => loadingMs(largeJson),
    'loading a contract of 410 KB (YAML)': () => loadingMs(largeYaml),
    'hydrant serve, a small contract': () => servingMs(small),
    'hydrant serve, a contract of 410 KB (YAML)': () => servingMs(largeYaml),
  }
  const times = new Map<string, number[]>(Object.keys(measured).map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(measured)) times.get(name)!.push(await measure())
  }
  return [...times].map(([peer, milliseconds]) => ({ peer, milliseconds: spreadOf(milliseconds) }))
}

function loadingMs(file: string): number {
  const script = join(BENCH, 'peers', 'load-contract.ts')
  const { status, stderr, stdout } = spawnSync(process.execPath, ['--conditions=@hydrant/source', script, file], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the contract was not loaded: ${stderr}`)
  return (JSON.parse(stdout) as { milliseconds: number }).milliseconds
}

async function servingMs(file: string): Promise<number> {
  const [port] = await freePorts(1)
  const bin = join(BENCH, '..', 'packages', 'cli', 'bin', 'hydrant.js')
  const began = performance.now()
  const child = spawn(process.execPath, [bin, 'serve', file, '--port', String(port), '--no-admin'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    while (!(await isReady(port!))) {
      if (child.exitCode !== null || performance.now() - began > READY_WITHIN_MS) {
        throw new Error(`hydrant serve was not ready: ${errors}`)
      }
      await after(POLL_MS)
    }
    return performance.now() - began
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/-/ready`)
    return answer.ok
  } catch {
    return false
  }
}
