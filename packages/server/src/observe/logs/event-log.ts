import { type DestinationStream, type Logger, pino } from 'pino'
import type { Clock } from '../../runtime/clock.ts'
import { EVENTS, type LogEventName, type LogLevel } from './events.ts'
import { safeText } from './safe-text.ts'

export interface LogOptions {
  /** The least level that is written. Default `info`. */
  readonly level?: LogLevel | 'silent' | undefined
  /** Takes the lines, each a JSON object with a newline. Default standard error. */
  readonly destination?: DestinationStream | undefined
  /** The number of the worker process that writes; it is then in each line. */
  readonly worker?: number | undefined
  /** Lines of one event in a second; then one line says how many were left out. Default 20. */
  readonly linesPerSecond?: number | undefined
}

export type LogFields = Readonly<Record<string, string | number | readonly string[] | undefined>>

interface Window {
  lines: number
  suppressed: number
}

/** One JSON line for each event that matters, with names that stay. A flood of one event is bounded, and its size is told. */
export class EventLog {
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #linesPerSecond: number
  /** Of events that were written in this second. */
  readonly #windows = new Map<LogEventName, Window>()

  constructor(clock: Clock, { level = 'info', destination, linesPerSecond = 20, worker }: LogOptions = {}) {
    this.#clock = clock
    this.#linesPerSecond = linesPerSecond
    const options = {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
    }
    const formatters = { level: (label: string) => ({ level: label }) }
    this.#logger = pino({ ...options, formatters }, destination ?? pino.destination({ dest: 2, sync: true }))
  }

  /** Whether the event has a line at this level: asked before fields are put together. */
  has(event: LogEventName): boolean {
    return this.#logger.isLevelEnabled(EVENTS[event].level)
  }

  write(event: LogEventName, fields: LogFields = {}): void {
    if (!this.has(event) || !this.#mayWrite(event)) return
    this.#print(event, fields)
  }

  /** A fault of ours: its text and where it happened. */
  fault(error: unknown): void {
    const { name, message, code, stack } = (error instanceof Error ? error : new Error(String(error))) as Error & {
      code?: unknown
    }
    const frames = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
    this.write('fault', {
      type: name,
      detail: message,
      ...(typeof code === 'string' ? { code } : {}),
      stack: frames.slice(0, MAX_FRAMES).map((line) => line.trim()),
    })
  }

  #mayWrite(event: LogEventName): boolean {
    let window = this.#windows.get(event)
    if (window === undefined) {
      window = { lines: 0, suppressed: 0 }
      this.#windows.set(event, window)
      this.#clock.after(1000, () => this.#endWindow(event))
    }
    if (window.lines < this.#linesPerSecond) {
      window.lines++
      return true
    }
    window.suppressed++
    return false
  }

  #endWindow(event: LogEventName): void {
    const { suppressed } = this.#windows.get(event)!
    this.#windows.delete(event)
    if (suppressed > 0) this.#print('suppressed', { of: event, count: suppressed })
  }

  #print(event: LogEventName, fields: LogFields): void {
    const line: Record<string, unknown> = { event }
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) line[name] = safe(value)
    }
    this.#logger[EVENTS[event].level](line, EVENTS[event].about)
  }
}

const MAX_FRAMES = 20

function safe(value: string | number | readonly string[]): unknown {
  if (typeof value === 'string') return safeText(value)
  return typeof value === 'number' ? value : value.map(safeText)
}
