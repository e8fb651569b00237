import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { type Ending, type Role, WireConnection, type WireConnectionOptions, type WireEvents } from '../src/index.ts'
import { describeFrame, readFrames } from './frames.ts'

/** Repeatable "random" numbers (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function seededBytes(seed: number): (bytes: Uint8Array) => void {
  const random = seededRandom(seed)
  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor(random() * 256)
  }
}

export interface Trace {
  /** Such as `text "hi"`, `binary 00ff`, `ping 68`, `end peer-violation 1002 reserved-bits`. */
  readonly events: string[]
  /** What the engine sent, frame by frame. */
  readonly sent: string[]
  readonly sentBytes: Buffer
  readonly ending: Ending | undefined
  readonly state: string
}

export interface PlayOptions extends Partial<Omit<WireConnectionOptions, 'events'>> {
  readonly role?: Role
  /** Sends every message back. */
  readonly echo?: boolean
  readonly eof?: boolean
}

/** Feeds the chunks to one engine, taking the output after each, and writes down what it reports and sends. */
export function play(chunks: readonly Buffer[], options: PlayOptions = {}): Trace {
  const { echo = false, eof = false, ...rest } = options
  const events: string[] = []
  const sent: Buffer[] = []
  let ending: Ending | undefined
  const sink: WireEvents = {
    onMessage(payload, binary) {
      events.push(describeMessage(payload, binary))
      if (!echo) return
      if (binary) connection.sendBinary(payload)
      else connection.sendText(payload)
    },
    onPing: (payload) => void events.push(`ping ${payload.toString('hex')}`.trimEnd()),
    onPong: (payload) => void events.push(`pong ${payload.toString('hex')}`.trimEnd()),
    onEnd(end) {
      ending = end
      const error = 'error' in end && end.error !== undefined ? ` ${String(Reflect.get(end.error, 'code'))}` : ''
      events.push(`end ${end.kind} ${end.code}${error}`)
    },
  }
  const connection: WireConnection = new WireConnection({
    role: 'server',
    now: 0,
    random: seededBytes(1),
    ...rest,
    events: sink,
  })
  const take = (): void => {
    const output = connection.takeOutput()
    if (output !== undefined) sent.push(...(Array.isArray(output) ? output : [output]))
  }
  for (const chunk of chunks) {
    // The engine unmasks in place and may keep nothing: give it a copy, and spoil that afterwards.
    const copy = Buffer.from(chunk)
    connection.receive(copy, 0)
    copy.fill(0xee)
    take()
  }
  if (eof) connection.receiveEof(0)
  take()
  const sentBytes = Buffer.concat(sent)
  return { events, sent: readFrames(sentBytes).map(describeFrame), sentBytes, ending, state: connection.state }
}

export function describeMessage(payload: Buffer, binary: boolean): string {
  if (payload.length > 200) {
    return `${binary ? 'binary' : 'text'} (${payload.length}) ${createHash('sha1').update(payload).digest('hex')}`
  }
  return binary ? `binary ${payload.toString('hex')}`.trimEnd() : `text ${JSON.stringify(payload.toString())}`
}

/** Cuts bytes at random places. */
function randomSplit(bytes: Buffer, random: () => number): Buffer[] {
  const chunks: Buffer[] = []
  const largest = 1 + Math.floor(random() * Math.max(2, bytes.length / 3))
  for (let at = 0; at < bytes.length;) {
    const size = 1 + Math.floor(random() * largest)
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

/** [B14] Plays the bytes whole, byte by byte, and at random splits, and insists that nothing differs. */
export function playEveryWay(bytes: Buffer | string, options: PlayOptions = {}): Trace {
  const input = typeof bytes === 'string' ? Buffer.from(bytes.replace(/\s/g, ''), 'hex') : bytes
  const whole = play([input], options)
  const random = seededRandom(input.length)
  const ways = [1, 2, 3, 4].map(() => randomSplit(input, random))
  if (input.length <= 70_000) ways.push(Array.from(input, (_, i) => input.subarray(i, i + 1)))
  for (const chunks of ways) {
    const trace = play(chunks, options)
    expect(trace.events, `in ${chunks.length} chunks`).toEqual(whole.events)
    expect(trace.sentBytes.equals(whole.sentBytes), `output in ${chunks.length} chunks`).toBe(true)
    expect(trace.state).toBe(whole.state)
  }
  return whole
}
