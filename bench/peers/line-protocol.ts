import { createInterface } from 'node:readline'

/** CPU time of a whole process, all threads, since it began. */
export interface CpuTime {
  readonly userMicros: number
  readonly systemMicros: number
}

/** What a server answers to `sample`: running totals. */
export interface ServerSample extends CpuTime {
  /** Messages published so far; 0 for an echo server. */
  readonly published: number
  /** Publishes that were refused. Must stay 0. */
  readonly refused: number
}

/** What a server answers to `memory`, after it has collected its garbage where it can. */
export interface MemorySample {
  /** Resident memory of the process, in bytes. */
  readonly rssBytes: number
  /** Live objects on the JavaScript heap, in bytes; absent for servers without one. */
  readonly heapBytes?: number | undefined
}

/** What the harness can ask of a server. */
export interface ServerCommands {
  /** At the row's pace, or at so many messages a second. */
  start(perSecond: number | undefined): void
  stop(): void
  sample(): Omit<ServerSample, keyof CpuTime>
}

/** Whose CPU time and memory are asked for: by default this process's own. */
export interface Measured {
  cpuTime(): CpuTime
  memory(): MemorySample
}

/**
 * Says where the server listens and then obeys the harness: one command to a line on stdin, one JSON object to a line on
 * stdout. The C processes speak the same (native/lines.h).
 */
export function serveCommands(
  listening: { port: number; creditPort: number },
  commands: ServerCommands,
  measured: Measured = THIS_PROCESS,
): void {
  say(listening)
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    const [command, perSecond] = line.split(' ')
    if (command === 'start') commands.start(perSecond === undefined ? undefined : Number(perSecond))
    else if (line === 'stop') commands.stop()
    else if (line === 'sample') say({ ...commands.sample(), ...measured.cpuTime() })
    else if (line === 'memory') say(measured.memory())
    // exit() and not a clean close: the connections are the harness's, and --cpu-prof is written all the same.
    else if (line === 'quit') process.exit(0)
  })
  lines.on('close', () => process.exit(0))
}

/** For servers that only answer: nothing to start, nothing to count. */
export const ANSWERS_ONLY: ServerCommands = {
  start() {},
  stop() {},
  sample: () => ({ published: 0, refused: 0 }),
}

const THIS_PROCESS: Measured = {
  cpuTime: () => {
    const { user, system } = process.cpuUsage()
    return { userMicros: user, systemMicros: system }
  },
  memory: () => {
    collectGarbage()
    const { rss, heapUsed } = process.memoryUsage()
    return { rssBytes: rss, heapBytes: heapUsed }
  },
}

/** Node with `--expose-gc`, or Bun. */
function collectGarbage(): void {
  const runtime = globalThis as { gc?: () => void; Bun?: { gc(force: boolean): void } }
  for (let i = 0; i < 3; i++) {
    runtime.gc?.()
    runtime.Bun?.gc(true)
  }
}

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
