import { deflateRawSync, constants } from 'node:zlib'
import {
  acceptHandshake,
  ClientHandshake,
  type Ending,
  RequestHeadParser,
  type Role,
  WireConnection,
} from '../src/index.ts'
import { inflate, INFLATE_TAIL } from '../src/deflate/inflate.ts'

/** Repeatable random numbers (xorshift32); the same seed gives the same run. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0 || 1
  }

  /** 0 to `sides` - 1. */
  roll(sides: number): number {
    let x = this.#state
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#state = x
    return (x >>> 0) % sides
  }

  pick<T>(items: readonly T[]): T {
    return items[this.roll(items.length)]!
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length)
    for (let i = 0; i < length; i++) bytes[i] = this.roll(256)
    return bytes
  }
}

/** Thrown when an invariant does not hold. */
export class BrokenInvariant extends Error {}

function insist(condition: boolean, what: string): void {
  if (!condition) throw new BrokenInvariant(what)
}

const LIMITS = { maxMessageBytes: 5_000, maxFragments: 20, controlFramesPerSecond: 50 }
const SIZES = [0, 1, 2, 3, 7, 15, 16, 17, 63, 124, 125, 126, 127, 200, 1_000, 4_999, 5_000, 5_001]
const TEXTS = ['hello', 'é', '😀', '{"price":1.5}', '', '\u0000', 'x'.repeat(130)]

/** One frame, mostly good. */
function makeFrame(dice: Dice, role: Role): Buffer {
  const rarely = dice.roll(12) === 0
  const opcode = rarely ? dice.roll(16) : dice.pick([0, 1, 1, 1, 2, 2, 8, 9, 9, 10])
  let payload = opcode === 1 ? Buffer.from(dice.pick(TEXTS)) : dice.bytes(dice.pick(SIZES))
  if (opcode >= 8 && dice.roll(10) > 0) payload = payload.subarray(0, 125)
  if (opcode === 8 && payload.length >= 2 && dice.roll(3) > 0)
    payload = Buffer.from([3, 232 + dice.roll(20), ...Buffer.from('bye')])
  let rsv = dice.roll(25) === 0 ? dice.roll(8) << 4 : 0
  if (opcode < 8 && dice.roll(4) === 0) {
    rsv |= 0x40
    payload = deflateRawSync(payload, { finishFlush: dice.pick([constants.Z_SYNC_FLUSH, constants.Z_FINISH]) })
    if (dice.roll(6) === 0 && payload.length > 0) payload[dice.roll(payload.length)]! ^= 1 << dice.roll(8)
  }
  const fin = dice.roll(4) === 0 && (opcode < 8 || rarely) ? 0 : 0x80
  const masked = (role === 'server') !== (dice.roll(60) === 0)
  const { length } = payload
  const form = dice.roll(50) === 0 ? dice.pick([126, 127]) : length < 126 ? length : length < 65_536 ? 126 : 127
  const header = [fin | rsv | opcode, (masked ? 0x80 : 0) | form]
  if (form === 126) header.push((length >> 8) & 255, length & 255)
  if (form === 127)
    header.push(
      dice.roll(9) === 0 ? dice.roll(256) : 0,
      0,
      0,
      0,
      0,
      (length >> 16) & 255,
      (length >> 8) & 255,
      length & 255,
    )
  const key = masked ? dice.bytes(4) : Buffer.alloc(0)
  if (masked) {
    payload = Buffer.from(payload)
    for (let i = 0; i < length; i++) payload[i]! ^= key[i & 3]!
  }
  return Buffer.concat([Buffer.from(header), key, payload])
}

/** What happened, in order, for comparing two runs over the same bytes. */
interface Run {
  readonly log: string
  readonly output: string
}

function run(role: Role, deflate: boolean, chunks: readonly Buffer[]): Run {
  const log: string[] = []
  const output: Buffer[] = []
  let ending: Ending | undefined
  let received = 0
  const connection: WireConnection = new WireConnection({
    role,
    now: 0,
    limits: LIMITS,
    random: (bytes) => bytes.fill(9),
    deflate: deflate ? { threshold: 100, level: 1, windowBits: 15 } : undefined,
    events: {
      onMessage(payload, binary) {
        insist(ending === undefined, 'a message after the ending')
        insist(payload.length <= LIMITS.maxMessageBytes, 'a message over the limit')
        insist(
          binary || !payload.toString('utf8').includes('\ufffd') || payload.includes('efbfbd', 'hex'),
          'text that is not UTF-8',
        )
        log.push(`${binary ? 'b' : 't'}${payload.toString('base64')}`)
        if (binary) connection.sendBinary(payload)
        else connection.sendText(payload)
      },
      onPing: (payload) => void log.push(`ping${payload.toString('base64')}`),
      onPong: (payload) => void log.push(`pong${payload.toString('base64')}`),
      onEnd(end) {
        insist(ending === undefined, 'two endings')
        ending = end
        log.push(`${end.kind}${end.code}`)
      },
    },
  })
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk)
    connection.receive(bytes, 0)
    // Nothing may be kept of what was given.
    bytes.fill(0xaa)
    received += chunk.length
    insist(connection.heldBytes <= 2 * received + 125, 'memory beyond twice the bytes')
    insist((connection.state === 'closed') === (ending !== undefined), 'state and ending disagree')
    insist(ending === undefined || connection.heldBytes === 0, 'memory held after the ending')
    const taken = connection.takeOutput()
    if (taken !== undefined) output.push(...(Array.isArray(taken) ? taken : [taken]))
    insist(connection.takeOutput() === undefined && connection.pendingBytes === 0, 'output left behind')
  }
  connection.receiveEof(1)
  insist(ending !== undefined, 'no ending after EOF')
  insist(connection.nextTimeout() === undefined, 'a timer after EOF')
  checkOutput(Buffer.concat(output), role, deflate)
  return { log: log.join('\n'), output: Buffer.concat(output).toString('base64') }
}

/** What the engine wrote must be right for its peer: whole frames, shortest lengths, masks, and nothing after Close. */
function checkOutput(bytes: Buffer, role: Role, deflate: boolean): void {
  const violations: string[] = []
  let messages = 0
  let closed = false
  const peer = new WireConnection({
    role: role === 'server' ? 'client' : 'server',
    now: 0,
    random: (random) => random.fill(1),
    limits: { ...LIMITS, controlFramesPerSecond: 1e9 },
    deflate: deflate ? { threshold: 0, level: 1, windowBits: 15 } : undefined,
    events: {
      onMessage: () => messages++,
      onEnd: (end) => {
        closed = true
        if (end.kind === 'peer-violation') violations.push(end.error.code)
      },
    },
  })
  peer.receive(bytes, 0)
  insist(violations.length === 0, `our own output breaks a rule: ${violations.join()}`)
  insist(closed || peer.heldBytes === 0, 'our output ends inside a message')
}

function split(dice: Dice, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  const most = dice.pick([1, 3, 20, 500, 100_000])
  for (let at = 0; at < bytes.length;) {
    const size = 1 + dice.roll(most)
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

/** Frames, mostly good, in any pieces: the same events and output however they are cut. */
export function fuzzFrames(dice: Dice): void {
  const role: Role = dice.pick(['server', 'client'])
  const deflate = dice.roll(2) === 0
  let bytes = Buffer.concat(Array.from({ length: 1 + dice.roll(12) }, () => makeFrame(dice, role)))
  for (let flips = dice.pick([0, 0, 0, 1, 3]); flips > 0; flips--) bytes[dice.roll(bytes.length)] = dice.roll(256)
  if (dice.roll(8) === 0) bytes = bytes.subarray(0, dice.roll(bytes.length + 1))
  const whole = run(role, deflate, [bytes])
  const cut = run(role, deflate, split(dice, bytes))
  insist(whole.log === cut.log, `events differ when cut:\n${whole.log}\n---\n${cut.log}`)
  insist(whole.output === cut.output, 'output differs when cut')
}

/** Bytes for the inflater: what it returns is within the limit, whatever it is given. */
export function fuzzInflate(dice: Dice): void {
  const source =
    dice.roll(3) === 0
      ? dice.bytes(dice.roll(300))
      : Buffer.alloc(dice.roll(20_000), dice.pick(TEXTS.filter((text) => text !== '')))
  let bytes: Buffer = deflateRawSync(source, {
    level: dice.roll(10),
    finishFlush: dice.pick([constants.Z_SYNC_FLUSH, constants.Z_FINISH]),
  })
  if (dice.roll(2) === 0) bytes = dice.bytes(dice.roll(200))
  for (let flips = dice.roll(4); flips > 0 && bytes.length > 0; flips--)
    bytes[dice.roll(bytes.length)]! ^= 1 << dice.roll(8)
  const limit = dice.pick([1, 10, 1_000, 16_384, 1_000_000])
  const result = inflate(Buffer.concat([bytes.subarray(0, bytes.length - dice.roll(3)), INFLATE_TAIL]), limit)
  insist(typeof result === 'string' || result.length <= limit, 'inflated over the limit')
}

const HEADERS = [
  'Host: x',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: a, b',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=10',
]

/** Request heads, mostly good: a result or a refusal, never an exception, and the same however they are cut. */
export function fuzzHandshake(dice: Dice): void {
  const lines = ['GET /chat HTTP/1.1', ...HEADERS.filter(() => dice.roll(12) > 0)]
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`)
  for (let flips = dice.roll(4); flips > 0; flips--)
    bytes[dice.roll(bytes.length)] = dice.pick([dice.roll(256), 0x0d, 0x0a, 0x2c, 0x3b, 0x22, 0x20, 0x3a])
  const read = (chunks: readonly Buffer[]): string => {
    const parser = new RequestHeadParser()
    for (const chunk of chunks) {
      const result = parser.push(chunk)
      if (result === undefined) continue
      if (!result.ok) return result.code
      const answer = acceptHandshake(result.head, { protocols: ['b'], deflate: true })
      if (!answer.ok) return answer.code
      const response = answer.response().toString('latin1')
      insist(
        /^HTTP\/1\.1 101 [^\r\n]+\r\n(?:[!-9;-~]+: [ -~]+\r\n)+\r\n$/.test(response),
        `a response that is none: ${response}`,
      )
      return response
    }
    return 'incomplete'
  }
  const whole = read([bytes])
  const cut = read(split(dice, bytes))
  insist(whole === cut, `the handshake differs when cut: ${whole} / ${cut}`)

  const client = new ClientHandshake({
    url: new URL('ws://x/'),
    random: (random) => random.fill(1),
    deflate: true,
    protocols: ['b'],
  })
  client.push(
    dice.roll(2) === 0 ? bytes : Buffer.from(bytes.toString('latin1').replace(/^[^\r]*/, 'HTTP/1.1 101 x'), 'latin1'),
  )
}

const TARGETS = { frames: fuzzFrames, inflate: fuzzInflate, handshake: fuzzHandshake }

/** Runs one execution of every target for a seed. */
export function fuzzOnce(seed: number): void {
  for (const [name, target] of Object.entries(TARGETS)) {
    try {
      target(new Dice(Math.imul(seed, 0x9e3779b1) ^ name.length))
    } catch (error) {
      throw new Error(`seed ${seed}, target ${name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }
}
