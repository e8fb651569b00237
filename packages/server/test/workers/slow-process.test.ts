import { describe, expect, it } from 'vitest'
import type { LogPolicy } from '../../src/broker/broker.ts'
import { Hub } from '../../src/hub/hub.ts'
import { Subscription } from '../../src/hub/subscription.ts'
import { ReaderMeter } from '../../src/observe/meters/channel-meter.ts'
import { Turn } from '../../src/runtime/turn.ts'
import { draftOf, RecordingSink } from '../hub/reader.ts'
import { SharedBroker } from './shared-broker.ts'

/** Far fewer bytes than are published below. */
const MAX_QUEUED_BYTES = 5_000
const PUBLISHED = 100

/** What a reader sees whose process does not read its link while a hundred messages are published. */
async function seenBehindStall(maxMessages: number): Promise<readonly string[]> {
  const policy: LogPolicy = { kind: 'stream', maxMessages, maxAgeMs: 60_000 }
  const shared = new SharedBroker(MAX_QUEUED_BYTES)
  const { broker, down, guest } = shared.admit()
  const { feed } = await new Hub(broker, new Turn(shared.clock), shared.clock).hold('/a', policy)
  const sink = new RecordingSink()
  const meter = new ReaderMeter()
  const terms = { policy, overflow: 'drop', view: 'client', maxQueuedBytes: 1_000_000, broker, meter } as const
  const subscription = new Subscription({ terms, feed, sink, start: 'now' })
  subscription.start()
  down.stall()
  for (let i = 1; i <= PUBLISHED; i++) {
    shared.memory.publish('/a', [draftOf(`${i}${'.'.repeat(200)}`)], { policy })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(guest.overflows).toBe(1)
  down.resume()
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  shared.memory.publish('/a', [draftOf('after')], { policy })
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
  return sink.seen.map((text) => text.replace(/\.+$/, ''))
}

describe('readers of a process that did not read what was published', () => {
  it('read on from the log: nothing is lost and nothing repeats while the history holds it', async () => {
    const all = Array.from({ length: PUBLISHED }, (_, i) => `${i + 1}`)
    expect(await seenBehindStall(200)).toEqual([...all, 'after'])
  })

  it('are told exactly what the history no longer holds', async () => {
    const seen = await seenBehindStall(10)
    const gapAt = seen.findIndex((text) => text.startsWith('gap '))
    expect(seen[gapAt]).toBe(`gap e1:${gapAt}-e1:90 history-trimmed`)
    expect(seen.slice(gapAt + 1)).toEqual([...Array.from({ length: 10 }, (_, i) => `${91 + i}`), 'after'])
  })
})
