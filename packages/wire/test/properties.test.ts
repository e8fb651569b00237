import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DeflateParameters, encodeBinaryFrame, encodeTextFrame, type Role, WireConnection } from '../src/index.ts'
import { unmask, viewForMask } from '../src/mask.ts'
import { OutputQueue } from '../src/output-queue.ts'
import { Utf8Stream } from '../src/utf8.ts'
import { frame } from './frames.ts'
import { Pair } from './pair.ts'
import { play, seededBytes } from './recorder.ts'

const role = fc.constantFrom<Role>('server', 'client')
const deflate = fc.option(
  fc.record<DeflateParameters>({
    threshold: fc.constantFrom(0, 10, 1_000),
    level: fc.integer({ min: 0, max: 9 }),
    windowBits: fc.integer({ min: 8, max: 15 }),
  }),
  { nil: undefined },
)
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 2_000 }))
const data = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 65_000, maxLength: 66_000 }))

type Send =
  | { kind: 'text'; text: string; asBytes: boolean }
  | { kind: 'binary'; data: Uint8Array }
  | { kind: 'fragments'; data: Uint8Array; cuts: number[]; ping: boolean }
  | { kind: 'text-fragments'; text: string; cuts: number[] }
  | { kind: 'ping' | 'pong'; data: Uint8Array }

const cuts = fc.array(fc.nat(400), { maxLength: 5 })
const send = fc.oneof<fc.Arbitrary<Send>[]>(
  fc.record({ kind: fc.constant('text' as const), text, asBytes: fc.boolean() }),
  fc.record({ kind: fc.constant('binary' as const), data }),
  fc.record({ kind: fc.constant('fragments' as const), data, cuts, ping: fc.boolean() }),
  fc.record({ kind: fc.constant('text-fragments' as const), text, cuts }),
  fc.record({ kind: fc.constantFrom('ping' as const, 'pong' as const), data: fc.uint8Array({ maxLength: 125 }) }),
)

/** Pieces of the bytes; all of them together are the bytes again. */
function cutUp(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...at.map((each) => each % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end))
}

/** Sends it, and says what the other side should report. */
function perform(connection: WireConnection, each: Send): string[] {
  switch (each.kind) {
    case 'text':
      connection.sendText(each.asBytes ? Buffer.from(each.text) : each.text)
      return [`text ${Buffer.from(each.text).toString('hex')}`]
    case 'binary':
      connection.sendBinary(each.data)
      return [`binary ${Buffer.from(each.data).toString('hex')}`]
    case 'fragments': {
      const parts = cutUp(each.data, each.cuts)
      for (const [i, part] of parts.entries()) {
        connection.sendFragment(part, { binary: true, final: i === parts.length - 1 })
        if (each.ping && i === 0) connection.ping('between')
      }
      const message = `binary ${Buffer.from(each.data).toString('hex')}`
      if (!each.ping) return [message]
      const ping = `ping ${Buffer.from('between').toString('hex')}`
      return parts.length === 1 ? [message, ping] : [ping, message]
    }
    case 'text-fragments': {
      // Cut as bytes: also inside characters.
      const parts = cutUp(Buffer.from(each.text), each.cuts)
      for (const [i, part] of parts.entries()) connection.sendFragment(part, { final: i === parts.length - 1 })
      return [`text ${Buffer.from(each.text).toString('hex')}`]
    }
    case 'ping':
    case 'pong':
      connection[each.kind](each.data)
      return [`${each.kind} ${Buffer.from(each.data).toString('hex')}`]
  }
}

describe('what one role writes, the other reads back', () => {
  it('with and without deflate, with fragments, in any pieces', () => {
    fc.assert(
      fc.property(
        role,
        deflate,
        fc.array(send, { maxLength: 8 }),
        fc.integer({ min: 1, max: 5_000 }),
        (from, parameters, sends, piece) => {
          const expected: string[] = []
          const got: string[] = []
          const sender = new WireConnection({
            role: from,
            now: 0,
            deflate: parameters,
            random: seededBytes(1),
            events: { onMessage() {}, onEnd() {} },
          })
          const receiver = new WireConnection({
            role: from === 'server' ? 'client' : 'server',
            now: 0,
            deflate: parameters,
            random: seededBytes(2),
            limits: { maxMessageBytes: 100_000 },
            events: {
              onMessage: (payload, binary) => got.push(`${binary ? 'binary' : 'text'} ${payload.toString('hex')}`),
              onPing: (payload) => got.push(`ping ${payload.toString('hex')}`),
              onPong: (payload) => got.push(`pong ${payload.toString('hex')}`),
              onEnd: (ending) => got.push(`end ${ending.kind} ${ending.code}`),
            },
          })
          for (const each of sends) expected.push(...perform(sender, each))
          sender.close(1000)
          expected.push('end peer-closed 1000')
          const output = sender.takeOutput()!
          const bytes = Array.isArray(output) ? Buffer.concat(output) : output
          for (let at = 0; at < bytes.length; at += piece)
            receiver.receive(Buffer.from(bytes.subarray(at, at + piece)), 0)
          expect(got).toEqual(expected)
        },
      ),
      { numRuns: 80 },
    )
  })

  it('frames encoded once for all, next to frames of one connection', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            size: fc.constantFrom(0, 5, 125, 126, 5_000, 20_000, 70_000),
            shared: fc.boolean(),
            text: fc.boolean(),
          }),
          { maxLength: 12 },
        ),
        (sends) => {
          const pair = new Pair({ limits: { maxMessageBytes: 100_000 } })
          const { connection } = pair.server
          for (const { size, shared, text: isText } of sends) {
            const payload = Buffer.alloc(size, 'x')
            if (shared) connection.sendFrame(isText ? encodeTextFrame(payload.toString()) : encodeBinaryFrame(payload))
            else if (isText) connection.sendText(payload)
            else connection.sendBinary(payload)
          }
          expect(connection.pendingBytes).toBe(
            sends.reduce((sum, { size }) => sum + size + (size < 126 ? 2 : size < 65_536 ? 4 : 10), 0),
          )
          pair.flush()
          expect(pair.client.log.map((each) => each.slice(0, 5).trim())).toEqual(
            sends.map((each) => (each.text ? 'text' : 'binar')),
          )
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('[W01] any chunking gives the same events', () => {
  it('[B14] for generated streams, good and bad', () => {
    const oneFrame = fc.record({
      opcode: fc.oneof(
        { weight: 20, arbitrary: fc.constantFrom(0, 1, 2, 9, 10) },
        { weight: 1, arbitrary: fc.nat(15) },
      ),
      fin: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
      rsv: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
      payload: fc.oneof(
        fc.string({ maxLength: 130 }).map((each) => Buffer.from(each)),
        fc.uint8Array({ maxLength: 130 }).map((each) => Buffer.from(each)),
      ),
      mask: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((each) => Buffer.from(each)),
    })
    fc.assert(
      fc.property(
        fc.array(oneFrame, { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }),
        (frames, sizes) => {
          const bytes = Buffer.concat(frames.map((each) => frame(each)))
          const chunks: Buffer[] = []
          for (let at = 0, i = 0; at < bytes.length; i++) {
            chunks.push(bytes.subarray(at, at + sizes[i % sizes.length]!))
            at += sizes[i % sizes.length]!
          }
          const whole = play([bytes], { echo: true })
          const cut = play(chunks, { echo: true })
          expect(cut.events).toEqual(whole.events)
          expect(cut.sentBytes.equals(whole.sentBytes)).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('the parts', () => {
  it('unmask is the XOR of RFC 6455 §5.3, with a view and without, and knows ASCII', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.nat(20),
        fc.nat(3),
        fc.boolean(),
        (payload, key, offset, phase, ascii) => {
          if (ascii) for (let i = 0; i < payload.length; i++) payload[i]! &= 127
          const start = Math.min(offset, payload.length)
          const bytes = Buffer.concat([Buffer.alloc(3), payload]).subarray(3)
          for (let i = start; i < bytes.length; i++) bytes[i]! ^= key[(i - start + phase) % 4]!
          const packed = key[0]! | (key[1]! << 8) | (key[2]! << 16) | (key[3]! << 24)
          const seen = unmask(bytes, viewForMask(bytes), start, bytes.length, packed, phase)
          expect(bytes.equals(Buffer.from(payload))).toBe(true)
          expect(seen < 0x80).toBe(payload.subarray(start).every((each) => each < 0x80))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('the UTF-8 validator agrees with a decoder, however the text is cut', () => {
    const almostText = fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }).map((each) => Buffer.from(each)),
        fc.uint8Array({ minLength: 1, maxLength: 2 }).map((each) => Buffer.from(each)),
      ),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(almostText, fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const bytes = Buffer.concat(parts)
        let valid = true
        try {
          new TextDecoder('utf-8', { fatal: true }).decode(bytes)
        } catch {
          valid = false
        }
        const stream = new Utf8Stream()
        let good = true
        for (let at = 0; at < bytes.length && good; at += size)
          good = stream.push(bytes, at, Math.min(at + size, bytes.length))
        expect(good && stream.complete).toBe(valid)
      }),
      { numRuns: 1_000 },
    )
  })

  it('[W20] the output queue gives back every byte in order, in one buffer while they are small', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), size: fc.constantFrom(1, 10, 1_000, 30_000, 80_000) }),
      fc.record({ kind: fc.constant('push' as const), size: fc.constantFrom(1, 10, 1_000, 16_384, 16_385, 80_000) }),
      fc.record({ kind: fc.constant('take' as const), size: fc.constant(0) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queue = new OutputQueue()
        let waiting: Buffer[] = []
        const check = (): void => {
          const expected = Buffer.concat(waiting)
          expect(queue.bytes).toBe(expected.length)
          const taken = queue.take()
          const bytes = taken === undefined ? Buffer.alloc(0) : Array.isArray(taken) ? Buffer.concat(taken) : taken
          expect(bytes.equals(expected)).toBe(true)
          if (expected.length > 0 && expected.length <= 16_384) expect(Array.isArray(taken)).toBe(false)
          waiting = []
        }
        for (const [i, { kind, size }] of steps.entries()) {
          if (kind === 'take') check()
          else {
            const bytes = Buffer.alloc(size, i)
            waiting.push(bytes)
            if (kind === 'push') queue.push(bytes)
            else {
              const at = queue.reserve(size)
              queue.buffer.set(bytes, at)
            }
          }
        }
        check()
      }),
      { numRuns: 300 },
    )
  })

  it('[W20] a shared frame that is alone is handed over without a copy', () => {
    const queue = new OutputQueue()
    const shared = encodeTextFrame('to all')
    queue.push(shared)
    expect(queue.take()).toBe(shared)
    expect(queue.take()).toBeUndefined()
  })
})

describe('fragments that we send', () => {
  const open = (): WireConnection =>
    new WireConnection({ role: 'server', now: 0, events: { onMessage() {}, onEnd() {} } })

  it('[W24] let pings through and no other message until the last', () => {
    const connection = open()
    connection.sendFragment('a', { final: false })
    for (const use of [
      () => connection.sendText('b'),
      () => connection.sendBinary(Buffer.of(1)),
      () => connection.sendFrame(encodeTextFrame('c')),
    ]) {
      expect(use).toThrow('A fragmented message is open')
    }
    connection.ping()
    connection.sendFragment('', { final: true })
    connection.sendText('d')
    expect(connection.takeOutput()?.toString()).toBe(
      Buffer.from('0101618900800081 0164'.replace(' ', ''), 'hex').toString(),
    )
  })

  it('[B16] text that is not UTF-8 over all fragments is a TypeError', () => {
    const connection = open()
    connection.sendFragment(Buffer.from('c3', 'hex'), { final: false })
    expect(() => connection.sendFragment(Buffer.from('a9ff', 'hex'), { final: true })).toThrow(TypeError)
    // The refused fragment changed nothing: the right one may follow.
    connection.sendFragment(Buffer.from('a9', 'hex'), { final: true })
    expect(connection.takeOutput()).toEqual(Buffer.from('0101c38001a9', 'hex'))
    expect(() => open().sendFragment(Buffer.from('c3', 'hex'), { final: true })).toThrow(TypeError)
    expect(() => open().sendFragment('\ud800', { final: true })).toThrow(TypeError)
  })
})
