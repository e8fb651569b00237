import { brokerRules, VirtualClock } from '@hydrant/testkit'
import { describe, expect, it } from 'vitest'
import type { Draft, LogPolicy } from '../../src/broker/broker.ts'
import { MemoryBroker } from '../../src/broker/memory-broker.ts'

const STREAM: LogPolicy = { kind: 'stream', maxMessages: 100, maxAgeMs: 1000 }
const STATE: LogPolicy = { kind: 'state', maxMessages: 100, maxAgeMs: 1000 }

function draft(text: string, key?: string): Draft {
  return { name: 'm', encoding: 'text', payload: Buffer.from(text), key, forClients: true }
}

describe('the memory broker keeps the rules of the seam', () => {
  for (const rule of brokerRules) {
    it(rule.title, async () => {
      await expect(
        rule.check(() => {
          const clock = new VirtualClock()
          return { broker: new MemoryBroker({ clock, epoch: 'e1' }), letPass: (ms) => clock.advance(ms) }
        }),
      ).resolves.toBeUndefined()
    })
  }
})

describe('the memory broker is bounded', () => {
  it('reading creates nothing', () => {
    const broker = new MemoryBroker({ clock: new VirtualClock(), epoch: 'e1' })
    for (let i = 0; i < 100; i++) broker.read(`/users/${i}`, STREAM, { limit: 1, maxBytes: 1 })
    expect(broker.channelCount).toBe(0)
  })

  it('[C12] a channel that was only looked at leaves nothing behind, one with messages stays', () => {
    const broker = new MemoryBroker({ clock: new VirtualClock(), epoch: 'e1' })
    const listen = (address: string): (() => void) => {
      const subscription = broker.subscribe(address, STREAM, { onEntries() {}, onBreak() {} })
      return () => subscription.unsubscribe()
    }
    const [first, second] = [listen('/looked-at'), listen('/looked-at')]
    first()
    expect(broker.channelCount).toBe(1)
    second()
    expect(broker.channelCount).toBe(0)
    const third = listen('/looked-at')
    // Said again by a listener that is long gone, it must not take the new channel away.
    second()
    expect(broker.channelCount).toBe(1)
    broker.publish('/looked-at', [draft('x')], { policy: STREAM })
    third()
    expect(broker.channelCount).toBe(1)
  })

  it('past maxChannels the first channel without a listener is dropped, and resuming it is a gap, never a wrong recovery', () => {
    const broker = new MemoryBroker({ clock: new VirtualClock(), epoch: 'e1', maxChannels: 2 })
    broker.subscribe('/a', STREAM, { onEntries() {}, onBreak() {} })
    broker.publish('/a', [draft('a1')], { policy: STREAM })
    const b = broker.publish('/b', [draft('b1'), draft('b2')], { policy: STREAM })
    expect(broker.channelCount).toBe(2)
    broker.publish('/c', [draft('c1')], { policy: STREAM })
    expect(broker.channelCount).toBe(2)

    expect(broker.read('/a', STREAM, { limit: 10, maxBytes: 100 }).entries).toHaveLength(1)
    const resumed = broker.read('/b', STREAM, {
      since: { epoch: 'e1', offset: b.offsets[0]! },
      limit: 10,
      maxBytes: 100,
    })
    expect(resumed.gap).toEqual({
      from: { epoch: 'e1', offset: 1 },
      to: { epoch: 'e1', offset: 2 },
      reason: 'history-trimmed',
    })
    const again = broker.publish('/b', [draft('b3')], { policy: STREAM })
    expect(again.offsets[0]).toBeGreaterThan(b.offsets[1]!)
  })

  it('past maxKeysPerChannel the key updated longest ago is dropped, and resuming from before it is a gap', () => {
    const broker = new MemoryBroker({ clock: new VirtualClock(), epoch: 'e1', maxKeysPerChannel: 2 })
    for (const key of ['a', 'b', 'a', 'c']) broker.publish('/s', [draft(key, key)], { policy: STATE })
    const read = (offset: number) =>
      broker.read('/s', STATE, { since: { epoch: 'e1', offset }, limit: 10, maxBytes: 100 })
    expect(read(2).entries.map(({ key }) => key)).toEqual(['a', 'c'])
    expect(read(2).gap).toBeUndefined()
    expect(read(1).gap?.to.offset).toBe(2)
  })

  it('past maxIdempotencyKeys the oldest key is forgotten early', () => {
    const broker = new MemoryBroker({ clock: new VirtualClock(), epoch: 'e1', maxIdempotencyKeys: 2 })
    const publish = (idempotencyKey: string) =>
      broker.publish('/a', [draft('x')], { policy: STREAM, idempotencyKey, fingerprint: 'f' }).repeated
    expect([publish('1'), publish('2'), publish('1')]).toEqual([false, false, true])
    expect([publish('3'), publish('2'), publish('1')]).toEqual([false, true, false])
  })

  it('[E07] ages follow the monotonic clock, not a wall clock that jumps', () => {
    const clock = new VirtualClock()
    const broker = new MemoryBroker({ clock, epoch: 'e1' })
    broker.publish('/a', [draft('1')], { policy: STREAM })
    clock.jumpWallClock(86_400_000)
    expect(broker.read('/a', STREAM, { limit: 10, maxBytes: 100 }).entries).toHaveLength(1)
    clock.advance(STREAM.maxAgeMs + 1)
    expect(broker.read('/a', STREAM, { limit: 10, maxBytes: 100 }).entries).toHaveLength(0)
  })
})
