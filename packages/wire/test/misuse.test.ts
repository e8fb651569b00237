import { describe, expect, it } from 'vitest'
import { type MisuseCode, WireConnection, WireMisuseError } from '../src/index.ts'
import { seededBytes } from './recorder.ts'

describe('[B16] [W22] misuse of our own API is a TypeError, and nothing leaves', () => {
  // Each is a value that the types forbid, as JavaScript callers may pass it.
  const wrong = (value: unknown): never => value as never
  const uses: [string, MisuseCode, (connection: WireConnection) => unknown][] = [
    ['close with a Float32Array for a reason', 'bad-close-reason', (c) => c.close(1000, wrong(new Float32Array(20)))],
    ['close with a reason and no code', 'bad-close-reason', (c) => c.close(undefined, 'why')],
    ['close with a lone surrogate', 'bad-close-reason', (c) => c.close(1000, 'a\ud800')],
    ['close with 124 bytes of reason', 'bad-close-reason', (c) => c.close(1000, 'é'.repeat(62))],
    ['close(1005)', 'bad-close-code', (c) => c.close(1005)],
    ['close(1006)', 'bad-close-code', (c) => c.close(1006)],
    ['close(999)', 'bad-close-code', (c) => c.close(999)],
    ['close(1000.5)', 'bad-close-code', (c) => c.close(1000.5)],
    ['close("1000")', 'bad-close-code', (c) => c.close(wrong('1000'))],
    ['ping(1000)', 'bad-control-payload', (c) => c.ping(wrong(1000))],
    ['pong({ length: 1 })', 'bad-control-payload', (c) => c.pong(wrong({ length: 1 }))],
    ['ping of a Float32Array', 'bad-control-payload', (c) => c.ping(wrong(new Float32Array(1)))],
    ['ping of 126 bytes', 'bad-control-payload', (c) => c.ping(Buffer.alloc(126))],
    ['ping of a lone surrogate', 'bad-text', (c) => c.ping('\udc00')],
    ['a lone surrogate as text', 'bad-text', (c) => c.sendText('a\ud800b')],
    ['bytes that are not UTF-8 as text', 'bad-text', (c) => c.sendText(Buffer.from('ff', 'hex'))],
    ['a number as text', 'bad-text', (c) => c.sendText(wrong(1000))],
    ['undefined as text', 'bad-text', (c) => c.sendText(wrong(undefined))],
    ['a Uint16Array as text', 'bad-text', (c) => c.sendText(wrong(new Uint16Array(2)))],
    ['a string as binary', 'bad-data', (c) => c.sendBinary(wrong('text'))],
    ['a number as binary', 'bad-data', (c) => c.sendBinary(wrong(1000))],
    ['an ArrayBuffer as binary', 'bad-data', (c) => c.sendBinary(wrong(new ArrayBuffer(8)))],
    ['a string as an encoded frame', 'bad-data', (c) => c.sendFrame(wrong('8100'))],
    ['a number as a fragment', 'bad-text', (c) => c.sendFragment(wrong(5), { final: true })],
    ['a string as a binary fragment', 'bad-data', (c) => c.sendFragment('x', { binary: true, final: true })],
  ]

  for (const deflate of [undefined, { threshold: 0, level: 6, windowBits: 15 }]) {
    it.each(uses)(`%s: %s${deflate === undefined ? '' : ', with deflate'}`, (_name, code, use) => {
      const connection = new WireConnection({ role: 'server', now: 0, deflate, events: { onMessage() {}, onEnd() {} } })
      let thrown: unknown
      try {
        use(connection)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(TypeError)
      expect(thrown).toBeInstanceOf(WireMisuseError)
      expect((thrown as WireMisuseError).code).toBe(code)
      expect(connection.takeOutput()).toBeUndefined()
      expect(connection.state).toBe('open')
    })
  }

  it('a client without a random source, and limits that are no numbers', () => {
    const events = { onMessage() {}, onEnd() {} }
    expect(() => new WireConnection({ role: 'client', now: 0, events })).toThrow(WireMisuseError)
    for (const value of [-1, Number.NaN, '5']) {
      const limits = { maxMessageBytes: wrong(value) }
      expect(() => new WireConnection({ role: 'server', now: 0, events, limits })).toThrow('A limit must be')
    }
  })

  it('an encoded frame in the client role, whose frames need masks', () => {
    const connection = new WireConnection({
      role: 'client',
      now: 0,
      random: seededBytes(1),
      events: { onMessage() {}, onEnd() {} },
    })
    expect(() => connection.sendFrame(Buffer.from('8100', 'hex'))).toThrow(WireMisuseError)
  })
})
