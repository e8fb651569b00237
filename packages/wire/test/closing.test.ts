import { describe, expect, it } from 'vitest'
import { TIMERS, WireConnection, type WireEvents } from '../src/index.ts'
import { frame, ZERO_MASK } from './frames.ts'
import { type End, Pair } from './pair.ts'
import { play, seededBytes } from './recorder.ts'

const mask = ZERO_MASK
const silent: WireEvents = { onMessage() {}, onEnd() {} }
const serverEnd = (pair: Pair): End => pair.server

describe('the closing handshake', () => {
  for (const [first, second] of [
    ['server', 'client'],
    ['client', 'server'],
  ] as const) {
    it(`[W33] begun by the ${first}: both know, the server ends TCP first, and the client follows`, () => {
      const pair = new Pair()
      pair[first].connection.close(4001, 'done')
      expect(pair[first].connection.state).toBe('closing')
      pair.carry(pair[first], pair[second])
      expect(pair[second].ending).toEqual({ kind: 'peer-closed', code: 4001, reason: 'done' })
      if (second === 'client') {
        expect(pair.client.connection.shouldEnd).toBe(false)
        pair.carry(pair.client, pair.server)
        expect(pair.client.ended).toBe(false)
      }
      pair.flush()
      expect(pair[first].ending).toEqual({ kind: 'closed-by-us', code: 4001, reason: 'done' })
      expect([pair.server.ended, pair.client.ended]).toEqual([true, true])
      expect([pair.server.connection.nextTimeout(), pair.client.connection.nextTimeout()]).toEqual([
        undefined,
        undefined,
      ])
      expect(pair.server.destroyed || pair.client.destroyed).toBe(false)
    })
  }

  it('begun by both at once: each sees its own', () => {
    const pair = new Pair()
    pair.server.connection.close(1001)
    pair.client.connection.close(4000)
    pair.flush()
    expect(pair.server.ending).toMatchObject({ kind: 'closed-by-us', code: 1001 })
    expect(pair.client.ending).toMatchObject({ kind: 'closed-by-us', code: 4000 })
  })

  it('[W43] the close deadline counts from the time given to close, not from the last byte', () => {
    const connection = new WireConnection({ role: 'server', events: silent, now: 0, limits: { pingIntervalMs: 0 } })
    connection.close(1001, 'going', 60_000)
    expect(connection.nextTimeout()).toBe(65_000)
  })

  it('without a code is 1005 on both sides', () => {
    const pair = new Pair()
    pair.client.connection.close()
    pair.flush()
    expect(pair.client.ending).toEqual({ kind: 'closed-by-us', code: 1005, reason: '' })
    expect(pair.server.ending).toEqual({ kind: 'peer-closed', code: 1005, reason: '' })
  })

  it('[W25] after it has begun, sending is a no-op that says so, and a second close changes nothing', () => {
    const pair = new Pair()
    const { connection } = pair.server
    connection.close(1000)
    connection.close(4000)
    expect(connection.sendText('a')).toBe(false)
    expect(connection.sendBinary(Buffer.of(1))).toBe(false)
    expect(connection.sendFrame(Buffer.from('8100', 'hex'))).toBe(false)
    expect(connection.sendFragment('a', { final: true })).toBe(false)
    expect(connection.ping()).toBe(false)
    expect(connection.pong()).toBe(false)
    expect(connection.takeOutput()).toEqual(Buffer.from('880203e8', 'hex'))
  })

  it('[W31] what the peer still sends is read past until its Close, however it is cut, and without limits', () => {
    for (const size of [1, 7, 100_000]) {
      const log: string[] = []
      const connection = new WireConnection({
        role: 'server',
        now: 0,
        limits: { maxMessageBytes: 10 },
        events: {
          onMessage: () => log.push('message'),
          onPing: () => log.push('ping'),
          onPong: () => log.push('pong'),
          onEnd: (end) => log.push(end.kind),
        },
      })
      const started = frame({ opcode: 1, payload: 'begun', mask })
      connection.receive(started.subarray(0, 8), 0)
      connection.close(1000)
      connection.takeOutput()
      expect(connection.heldBytes).toBe(0)
      const rest = Buffer.concat([
        started.subarray(8),
        frame({ opcode: 2, payload: Buffer.alloc(70_000), mask }),
        frame({ opcode: 1, fin: false, payload: 'a', mask }),
        frame({ opcode: 9, payload: 'p', mask }),
        frame({ opcode: 10, payload: 'p', mask }),
        frame({ opcode: 0, payload: '', mask }),
        frame({ opcode: 8, payload: Buffer.of(3, 232), mask }),
      ])
      for (let at = 0; at < rest.length; at += size) connection.receive(Buffer.from(rest.subarray(at, at + size)), 0)
      expect(log).toEqual(['closed-by-us'])
      expect(connection.takeOutput()).toBeUndefined()
    }
  })

  it('a violation while closing ends it without a second Close', () => {
    for (const hex of ['8100', '8b80', '8883 00000000 03e8c3']) {
      const log: string[] = []
      const connection = new WireConnection({
        role: 'server',
        now: 0,
        events: { onMessage() {}, onEnd: (end) => log.push(`${end.kind} ${end.code}`) },
      })
      connection.close(1000)
      connection.takeOutput()
      connection.receive(Buffer.from(hex.replace(/ /g, ''), 'hex'), 0)
      expect(log).toHaveLength(1)
      expect(log[0]).toMatch(/^peer-violation/)
      expect(connection.takeOutput()).toBeUndefined()
      expect(connection.shouldEnd).toBe(true)
    }
  })

  it('a callback may close: the rest of the read is not dispatched', () => {
    const log: string[] = []
    const connection: WireConnection = new WireConnection({
      role: 'server',
      now: 0,
      events: {
        onMessage(payload) {
          log.push(payload.toString())
          connection.close(1000)
        },
        onEnd: (end) => log.push(end.kind),
      },
    })
    connection.receive(Buffer.concat(['a', 'b'].map((payload) => frame({ opcode: 1, payload, mask }))), 0)
    expect(log).toEqual(['a'])
    expect(connection.state).toBe('closing')
  })

  it('[W34] a callback that throws closes with 1011 and the exception reaches the caller of receive', () => {
    for (const closesFirst of [false, true]) {
      const log: string[] = []
      const connection: WireConnection = new WireConnection({
        role: 'server',
        now: 0,
        events: {
          onMessage() {
            if (closesFirst) connection.close(1000)
            throw new Error('a bug of ours')
          },
          onEnd: (end) => log.push(`${end.kind} ${end.code}`),
        },
      })
      expect(() => connection.receive(frame({ opcode: 1, payload: 'a', mask }), 0)).toThrow('a bug of ours')
      expect(log).toEqual(['closed-by-us 1011'])
      expect(connection.takeOutput()).toEqual(Buffer.from(closesFirst ? '880203e8' : '880203f3', 'hex'))
      connection.receive(frame({ opcode: 1, payload: 'b', mask }), 0)
      expect(log).toHaveLength(1)
    }
  })

  it('an onEnd that throws is not called again', () => {
    let calls = 0
    const connection = new WireConnection({
      role: 'server',
      now: 0,
      events: {
        onMessage() {},
        onEnd() {
          calls++
          throw new Error('a bug of ours')
        },
      },
    })
    expect(() => connection.receive(Buffer.from('ff', 'hex'), 0)).toThrow('a bug of ours')
    expect(calls).toBe(1)
    expect(connection.takeOutput()?.slice(2, 4)).toEqual(Buffer.from('03ea', 'hex'))
  })

  it('receive from inside an event is a TypeError', () => {
    const connection: WireConnection = new WireConnection({
      role: 'server',
      now: 0,
      events: { onMessage: () => connection.receive(Buffer.of(1), 0), onEnd() {} },
    })
    expect(() => connection.receive(frame({ opcode: 1, mask }), 0)).toThrow(TypeError)
  })
})

describe('[C11] peers that are gone', () => {
  it('[W43] one that never answers our Close is destroyed after 5 s: timed out', () => {
    const pair = new Pair()
    pair.cut = true
    pair.server.connection.close(1001)
    pair.flush()
    expect(pair.server.connection.nextTimeout()).toBe(5_000)
    pair.at(4_999)
    expect(pair.server.ending).toBeUndefined()
    pair.at(5_000)
    expect(pair.server.ending).toMatchObject({ kind: 'timed-out', code: 1006, error: { code: 'no-close' } })
    expect(pair.server.destroyed).toBe(true)
    expect(pair.server.connection.nextTimeout()).toBeUndefined()
  })

  it('[W43] one that answers Close and never closes TCP is destroyed after 5 s, with its ending unchanged', () => {
    for (const role of ['server', 'client'] as const) {
      const pair = new Pair()
      pair[role].connection.receive(frame({ opcode: 8, mask: role === 'server' ? mask : undefined }), 0)
      expect(pair[role].connection.shouldEnd).toBe(role === 'server')
      pair.cut = true
      pair.at(5_000)
      expect(pair[role].connection.shouldEnd).toBe(true)
      expect(pair[role].destroyed).toBe(true)
      expect(pair[role].log).toEqual(['end peer-closed 1005'])
    }
  })

  it('[W32] FIN without Close is 1006: transport lost, and a late FIN or error changes nothing', () => {
    const trace = play([frame({ opcode: 1, fin: false, payload: 'half', mask })], { eof: true })
    expect(trace.ending).toEqual({ kind: 'transport-lost', code: 1006, reason: '', error: undefined })
    const pair = new Pair()
    const reset = new Error('read ECONNRESET')
    pair.server.connection.receiveEof(0, reset)
    expect(pair.server.ending).toEqual({ kind: 'transport-lost', code: 1006, reason: '', error: reset })
    expect(pair.server.connection.shouldDestroy).toBe(true)
    pair.server.connection.receiveEof(0)
    pair.server.connection.receiveEof(0, reset)
    expect(pair.server.log).toHaveLength(1)
    expect(pair.server.connection.nextTimeout()).toBeUndefined()
  })

  it('FIN in answer to our Close, without a Close of theirs, is transport lost', () => {
    const pair = new Pair()
    pair.client.connection.close(1000)
    pair.client.connection.receiveEof(1)
    expect(pair.client.ending).toMatchObject({ kind: 'transport-lost', code: 1006 })
    expect(pair.client.connection.shouldEnd).toBe(true)
  })

  it('[W42] a cable that was pulled is noticed by ping and pong: 25 s ±20% and 10 s', () => {
    const pair = new Pair()
    pair.at(20_000 - 1)
    expect(pair.server.log).toEqual([])
    pair.cut = true
    const due = pair.server.connection.nextTimeout()!
    expect(due).toBeGreaterThanOrEqual(20_000)
    expect(due).toBeLessThanOrEqual(30_000)
    pair.at(due + 9_999)
    expect(pair.server.ending).toBeUndefined()
    pair.at(due + 10_000)
    expect(pair.server.ending).toMatchObject({ kind: 'timed-out', code: 1006, error: { code: 'no-pong' } })
    expect(pair.server.destroyed).toBe(true)
    expect(pair.server.connection.nextTimeout()).toBeUndefined()
  })

  it('two live peers keep each other alive for an hour, at different moments', () => {
    const pair = new Pair()
    pair.at(3_600_000)
    expect(pair.server.ending).toBeUndefined()
    const pongs = pair.server.log.filter((each) => each === 'pong')
    expect(pongs.length).toBeGreaterThan(3_600 / 30 - 1)
    expect(pongs.length).toBeLessThan(3_600 / 20 + 1)
  })

  it('any byte after our ping is a sign of life', () => {
    const connection = new WireConnection({ role: 'server', now: 0, events: silent })
    expect(connection.nextTimeout()).toBe(25_000)
    connection.handleTimeout(25_000)
    expect(connection.takeOutput()).toEqual(Buffer.from('8900', 'hex'))
    expect(connection.nextTimeout()).toBe(35_000)
    connection.receive(Buffer.from('81', 'hex'), 34_000)
    expect(connection.nextTimeout()).toBe(59_000)
  })

  it('an interval of 0 sends no pings', () => {
    const connection = new WireConnection({ role: 'server', now: 0, events: silent, limits: { pingIntervalMs: 0 } })
    expect(connection.nextTimeout()).toBeUndefined()
    connection.receive(frame({ opcode: 1, mask }), 0)
    expect(connection.nextTimeout()).toBeUndefined()
  })

  it('the jitter comes from the given source, and spans 0.8 to 1.2', () => {
    for (const [byte, expected] of [
      [0, 20_000],
      [255, 30_000],
    ] as const) {
      const connection = new WireConnection({
        role: 'server',
        now: 0,
        events: silent,
        random: (bytes) => bytes.fill(byte),
      })
      expect(connection.nextTimeout()).toBe(expected)
    }
  })

  it('[W44] after a stall of ours the overdue get one more second, once, and what was read meanwhile counts', () => {
    const pair = new Pair()
    const { connection } = serverEnd(pair)
    connection.handleTimeout(connection.nextTimeout()!)
    const due = connection.nextTimeout()!
    connection.handleTimeout(due + 60_000)
    expect(pair.server.ending).toBeUndefined()
    expect(connection.nextTimeout()).toBe(due + 61_000)
    connection.receive(frame({ opcode: 10, mask }), due + 60_001)
    expect(connection.nextTimeout()).toBeGreaterThan(due + 61_000)

    const deaf = new Pair()
    deaf.server.connection.handleTimeout(deaf.server.connection.nextTimeout()!)
    const last = deaf.server.connection.nextTimeout()!
    deaf.server.connection.handleTimeout(last + 60_000)
    expect(deaf.server.ending).toBeUndefined()
    deaf.server.connection.handleTimeout(last + 120_000)
    expect(deaf.server.ending).toMatchObject({ kind: 'timed-out' })
  })

  it('a stall also spares a message that was arriving, and a Close that was awaited', () => {
    const connection = new WireConnection({ role: 'server', now: 0, events: silent, limits: { pingIntervalMs: 0 } })
    connection.receive(Buffer.from('81', 'hex'), 0)
    connection.handleTimeout(90_000)
    expect(connection.nextTimeout()).toBe(91_000)
    connection.close(1000)
    connection.handleTimeout(190_000)
    expect(connection.state).toBe('closed')
    const closing = new WireConnection({ role: 'server', now: 0, events: silent })
    closing.close(1000)
    closing.handleTimeout(60_000)
    expect(closing.state).toBe('closing')
    closing.handleTimeout(61_000)
    expect(closing.state).toBe('closed')
  })

  it('[W40] handling a timeout before it is due does nothing', () => {
    const connection = new WireConnection({ role: 'server', now: 0, events: silent })
    connection.handleTimeout(24_999)
    expect(connection.takeOutput()).toBeUndefined()
    connection.receiveEof(25_000)
    connection.handleTimeout(1e9)
    expect(connection.takeOutput()).toBeUndefined()
  })
})

describe('the assembly deadline', () => {
  const limits = { pingIntervalMs: 0 }
  it('[W41] is per message: a read that ends one and begins another starts it anew', () => {
    const connection = new WireConnection({ role: 'server', now: 0, events: silent, limits })
    const whole = frame({ opcode: 1, payload: 'abc', mask })
    connection.receive(Buffer.from(whole.subarray(0, 3)), 1_000)
    expect(connection.nextTimeout()).toBe(31_000)
    connection.receive(Buffer.concat([whole.subarray(3), whole.subarray(0, 3)]), 20_000)
    expect(connection.nextTimeout()).toBe(50_000)
    // More of the same message moves nothing.
    connection.receive(Buffer.from(whole.subarray(3, 5)), 20_500)
    expect(connection.nextTimeout()).toBe(50_000)
    connection.receive(Buffer.from(whole.subarray(5)), 21_000)
    expect(connection.nextTimeout()).toBeUndefined()
  })

  it('also covers a control frame, and an empty message in fragments', () => {
    const connection = new WireConnection({ role: 'server', now: 0, events: silent, limits })
    const ping = frame({ opcode: 9, payload: 'abc', mask })
    connection.receive(Buffer.from(ping.subarray(0, 4)), 5)
    expect(connection.nextTimeout()).toBe(30_005)
    connection.receive(Buffer.concat([ping.subarray(4), ping.subarray(0, 4)]), 6)
    expect(connection.nextTimeout()).toBe(30_006)
    connection.receive(Buffer.concat([ping.subarray(4), frame({ opcode: 1, fin: false, mask })]), 7)
    expect(connection.nextTimeout()).toBe(30_007)
    connection.receive(Buffer.concat([frame({ opcode: 0, mask }), frame({ opcode: 1, fin: false, mask })]), 8)
    expect(connection.nextTimeout()).toBe(30_008)
  })

  it('every timer has a sentence', () => {
    expect(Object.keys(TIMERS)).toEqual(['ping', 'pong', 'assembly', 'close'])
  })
})

describe('the ending of a client that fails the connection', () => {
  it('[W33] waits for the server to end TCP, 5 s at most', () => {
    const connection = new WireConnection({ role: 'client', now: 0, events: silent, random: seededBytes(1) })
    connection.receive(Buffer.from('ff', 'hex'), 100)
    expect(connection.state).toBe('closed')
    expect(connection.shouldEnd).toBe(false)
    expect(connection.nextTimeout()).toBe(5_100)
    connection.handleTimeout(5_100)
    expect(connection.shouldDestroy).toBe(true)
  })
})
