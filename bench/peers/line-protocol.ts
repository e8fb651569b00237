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

/** What the harness can ask of a server. */
export interface ServerCommands {
  start(): void
  stop(): void
  sample(): Omit<ServerSample, keyof CpuTime>
}

/**
 * Says where the server listens and then obeys the harness: one command to a line on stdin, one JSON object to a line on
 * stdout. The C processes speak the same (native/lines.h).
 */
export function serveCommands(listening: { port: number; creditPort: number }, commands: ServerCommands): void {
  say(listening)
  const lines = createInterface({ input: process.stdin })
  lines.on('line', (line) => {
    if (line === 'start') commands.start()
    else if (line === 'stop') commands.stop()
    else if (line === 'sample') say({ ...commands.sample(), ...cpuTime() })
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

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function cpuTime(): CpuTime {
  const { user, system } = process.cpuUsage()
  return { userMicros: user, systemMicros: system }
}
