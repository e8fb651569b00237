// The engine next to `ws` 8 on the same bytes: the same messages, pings, pongs and endings, or a difference that is
// explained here. An explanation that no stream needs any more fails the test too.
import { constants, deflateRawSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import * as ws from 'ws'
import { WireConnection } from '../src/index.ts'
import { frame } from './frames.ts'
import { seededRandom } from './recorder.ts'

const MAX_BYTES = 3_000
const MAX_FRAGMENTS = 10

/** The part of ws's receiver that is used here; its typings do not have it. */
interface Receiver {
  on(event: string, listener: (...values: never[]) => void): void
  write(bytes: Buffer, done: () => void): void
}
type Constructor<T> = new (options: object) => T
const WsReceiver = Reflect.get(ws, 'Receiver') as Constructor<Receiver>
const WsDeflate = Reflect.get(ws, 'PerMessageDeflate') as Constructor<{ accept(offers: object[]): object }>

interface Outcome {
  /** Messages, pings and pongs in order. */
  readonly events: string[]
  /** `close CODE`, `violation CODE`, or `open`. */
  end: string
  /** Our own error code. */
  error?: string
}

async function runWs(bytes: Buffer, deflate: boolean): Promise<Outcome> {
  const outcome: Outcome = { events: [], end: 'open' }
  const extensions: Record<string, unknown> = {}
  if (deflate) {
    const extension = new WsDeflate({ isServer: true, maxPayload: MAX_BYTES })
    extension.accept([{ server_no_context_takeover: [true], client_no_context_takeover: [true] }])
    extensions['permessage-deflate'] = extension
  }
  const receiver = new WsReceiver({ isServer: true, maxPayload: MAX_BYTES, maxFragments: MAX_FRAGMENTS, extensions })
  await new Promise<void>((resolve) => {
    receiver.on('message', (data: Buffer, binary: boolean) => {
      outcome.events.push(`${binary ? 'binary' : 'text'} ${data.toString('hex')}`)
    })
    receiver.on('ping', (data: Buffer) => outcome.events.push(`ping ${data.toString('hex')}`))
    receiver.on('pong', (data: Buffer) => outcome.events.push(`pong ${data.toString('hex')}`))
    receiver.on('conclude', (code: number) => {
      outcome.end = `close ${code}`
      resolve()
    })
    receiver.on('error', (error: Error) => {
      const status = Object.getOwnPropertySymbols(error).map((symbol) => Reflect.get(error, symbol) as unknown)
      outcome.end = `violation ${String(status.find((value) => typeof value === 'number'))}`
      resolve()
    })
    receiver.write(Buffer.from(bytes), () => resolve())
  })
  return outcome
}

function runOurs(bytes: Buffer, deflate: boolean): Outcome {
  const outcome: Outcome = { events: [], end: 'open' }
  const connection = new WireConnection({
    role: 'server',
    now: 0,
    limits: { maxMessageBytes: MAX_BYTES, maxFragments: MAX_FRAGMENTS, controlFramesPerSecond: 1_000 },
    deflate: deflate ? { threshold: 0, level: 1, windowBits: 15 } : undefined,
    events: {
      onMessage: (payload, binary) => outcome.events.push(`${binary ? 'binary' : 'text'} ${payload.toString('hex')}`),
      onPing: (payload) => outcome.events.push(`ping ${payload.toString('hex')}`),
      onPong: (payload) => outcome.events.push(`pong ${payload.toString('hex')}`),
      onEnd(ending) {
        outcome.end = `${ending.kind === 'peer-closed' ? 'close' : 'violation'} ${ending.code}`
        if (ending.kind === 'peer-violation') outcome.error = ending.error.code
      },
    },
  })
  connection.receive(Buffer.from(bytes), 0)
  return outcome
}

const isPrefix = (short: readonly string[], long: readonly string[]): boolean =>
  short.every((each, i) => each === long[i])

const FIRST_BYTE_ERRORS = new Set<string | undefined>([
  'reserved-bits',
  'unknown-opcode',
  'fragmented-control',
  'unexpected-continuation',
  'unfinished-message',
])

/** Every difference there is. Each says who is right, and why. */
const EXPLANATIONS: {
  readonly name: string
  readonly needsDeflate?: boolean
  readonly why: string
  readonly applies: (ours: Outcome, theirs: Outcome) => boolean
}[] = [
  {
    name: 'lengths',
    why: 'RFC 6455 §5.2 wants the shortest form and a highest bit of 0: 1002. ws takes any form, and 1009 for the bit.',
    applies: (ours, theirs) => ours.error === 'bad-length' && isPrefix(ours.events, theirs.events),
  },
  {
    name: 'the first header byte is judged alone',
    why: 'We refuse bits and opcodes at the byte that has them; ws when the second byte of the header has come too.',
    applies: (ours, theirs) =>
      FIRST_BYTE_ERRORS.has(ours.error) && theirs.end === 'open' && String(ours.events) === String(theirs.events),
  },
  {
    name: 'UTF-8 fails fast',
    why: 'We refuse text at its first bad byte; ws when the message is complete, after whatever comes before that.',
    applies: (ours, theirs) => ours.error === 'bad-utf8' && isPrefix(ours.events, theirs.events),
  },
  {
    name: 'deflate that is cut off',
    needsDeflate: true,
    why: 'RFC 7692 §7.2.2: a message whose last block is not complete does not inflate. ws returns what it could read.',
    applies: (ours, theirs) => ours.error === 'bad-deflate' && isPrefix(ours.events, theirs.events),
  },
  {
    name: 'data after a block with BFINAL=1',
    needsDeflate: true,
    why: 'RFC 7692 §7.2.3.4 lets more blocks follow. We read them; ws ignores them.',
    applies: (ours, theirs) =>
      ours.events.some(
        (each, i) =>
          theirs.events[i] !== undefined && each.length > theirs.events[i].length && each.startsWith(theirs.events[i]),
      ),
  },
  {
    name: 'inflating waits for the end of the message',
    needsDeflate: true,
    why: 'We inflate a message when it is complete; ws each fragment as it comes, so it reports bad ones (1007, 1009) earlier.',
    applies: (ours, theirs) =>
      (theirs.end === 'violation 1007' || theirs.end === 'violation 1009') && isPrefix(theirs.events, ours.events),
  },
]

const used = new Set<string>()

async function compare(bytes: Buffer, deflate: boolean, mayDiffer: boolean): Promise<void> {
  const ours = runOurs(bytes, deflate)
  const theirs = await runWs(bytes, deflate)
  if (ours.end === theirs.end && JSON.stringify(ours.events) === JSON.stringify(theirs.events)) return
  const explanation = mayDiffer
    ? EXPLANATIONS.find((each) => (deflate || each.needsDeflate !== true) && each.applies(ours, theirs))
    : undefined
  if (explanation === undefined) {
    // Not explained: show all of it.
    expect({ ...ours, bytes: bytes.toString('hex') }).toEqual({ ...theirs, bytes: bytes.toString('hex') })
  } else used.add(explanation.name)
}

const TEXTS = ['hello', 'ä€😀', '', '{"a":[1,2,3]}', 'x'.repeat(126), 'é'.repeat(300)]

function validStream(random: () => number, deflate: boolean): Buffer {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  const mask = (): Buffer => Buffer.from(Array.from({ length: 4 }, () => Math.floor(random() * 256)))
  const frames: Buffer[] = []
  const control = (): void => {
    if (random() < 0.3)
      frames.push(frame({ opcode: pick([9, 10]), payload: pick(['', 'ping', 'x'.repeat(125)]), mask: mask() }))
  }
  for (let messages = Math.floor(random() * 6); messages > 0; messages--) {
    control()
    const binary = random() < 0.5
    let payload = binary
      ? Buffer.alloc(Math.floor(random() * 700), Math.floor(random() * 256))
      : Buffer.from(pick(TEXTS))
    const packed = deflate && random() < 0.6
    if (packed) {
      const flushed = deflateRawSync(payload, { level: pick([0, 1, 6]), finishFlush: constants.Z_SYNC_FLUSH })
      payload = flushed.subarray(0, -4)
    }
    const parts = 1 + Math.floor(random() * random() * 8)
    const size = Math.ceil(payload.length / parts)
    for (let i = 0; i < parts; i++) {
      const piece = payload.subarray(i * size, (i + 1) * size)
      frames.push(
        frame({
          opcode: i > 0 ? 0 : binary ? 2 : 1,
          rsv: packed && i === 0 ? 4 : 0,
          fin: i === parts - 1,
          payload: piece,
          mask: mask(),
        }),
      )
      control()
    }
  }
  if (random() < 0.5)
    frames.push(
      frame({ opcode: 8, payload: pick(['', Buffer.of(3, 232), Buffer.of(3, 243, 98, 121, 101)]), mask: mask() }),
    )
  return Buffer.concat(frames)
}

function mutated(bytes: Buffer, random: () => number): Buffer {
  let result = Buffer.from(bytes)
  for (let count = 1 + Math.floor(random() * 3); count > 0 && result.length > 0; count--) {
    const at = Math.floor(random() * result.length)
    const kind = random()
    if (kind < 0.5) result[at]! ^= 1 << Math.floor(random() * 8)
    else if (kind < 0.7) result[at] = Math.floor(random() * 256)
    else if (kind < 0.8) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1)])
    else if (kind < 0.9)
      result = Buffer.concat([result.subarray(0, at), Buffer.of(Math.floor(random() * 256)), result.subarray(at)])
    else result = result.subarray(0, at)
  }
  return result
}

for (const deflate of [false, true]) {
  describe(`next to ws${deflate ? ', with deflate' : ''}`, () => {
    it('valid streams: no difference', async () => {
      const random = seededRandom(deflate ? 11 : 10)
      for (let i = 0; i < 400; i++) await compare(validStream(random, deflate), deflate, false)
    })

    it('mutated streams: every difference is explained', async () => {
      const random = seededRandom(deflate ? 13 : 12)
      for (let i = 0; i < 1_500; i++) await compare(mutated(validStream(random, deflate), random), deflate, true)
    })
  })
}

describe('next to ws, on purpose', () => {
  const mask = Buffer.alloc(4)
  it.each([
    ['lengths', '82fe00050000000000000000000', false],
    ['UTF-8 fails fast', `01820000000080ff`, false],
  ])('%s', async (_name, hex, deflate) => {
    await compare(Buffer.from(hex.slice(0, hex.length & ~1), 'hex'), deflate, true)
  })
  it('deflate that is cut off, and data after BFINAL=1', async () => {
    await compare(
      frame({ opcode: 1, rsv: 4, payload: deflateRawSync('hello hello hello').subarray(0, 5), mask }),
      true,
      true,
    )
    await compare(
      frame({
        opcode: 1,
        rsv: 4,
        payload: Buffer.concat([deflateRawSync('hello'), deflateRawSync('again'), Buffer.of(0)]),
        mask,
      }),
      true,
      true,
    )
  })
})

afterAll(() => {
  expect([...used].toSorted()).toEqual(EXPLANATIONS.map(({ name }) => name).toSorted())
})
