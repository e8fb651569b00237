import assert from 'node:assert/strict'
import {
  type Broker,
  type Draft,
  type Entry,
  IdempotencyConflict,
  type LiveListener,
  type LogPolicy,
  type Position,
  type Published,
} from '@hydrant/server'

/** A broker to examine, with the time it lives in. */
export interface BrokerUnderTest {
  readonly broker: Broker
  /** Lets `ms` pass for the broker: on its virtual clock, or really. */
  readonly letPass: (ms: number) => Promise<void> | void
}

/** One rule of the broker seam. `check` rejects with an AssertionError when the broker breaks it. */
export interface BrokerRule {
  readonly title: string
  check(make: () => BrokerUnderTest | Promise<BrokerUnderTest>): Promise<void>
}

const STREAM: LogPolicy = { kind: 'stream', maxMessages: 5, maxAgeMs: 60_000 }
const STATE: LogPolicy = { kind: 'state', maxMessages: 5, maxAgeMs: 60_000 }
const IDEMPOTENCY_WINDOW_MS = 5 * 60_000
const EVERYTHING = { limit: 300, maxBytes: 1_000_000 }

function draft(text: string, key?: string): Draft {
  return { name: 'm', encoding: 'text', payload: Buffer.from(text), key, forClients: true }
}

function texts(entries: readonly Entry[]): string[] {
  return entries.map(({ payload }) => payload.toString())
}

function lastOf(published: Published): Position {
  return { epoch: published.epoch, offset: published.offsets.at(-1)! }
}

interface Recorder extends LiveListener {
  readonly heard: string[]
  readonly offsets: number[]
}

function recorder(): Recorder {
  const heard: string[] = []
  const offsets: number[] = []
  return {
    heard,
    offsets,
    onEntries(_epoch, entries) {
      heard.push(...texts(entries))
      offsets.push(...entries.map(({ offset }) => offset))
    },
    onBreak() {
      heard.push('<break>')
    },
  }
}

/** Runs `check` on a new broker and closes it. */
function rule(title: string, check: (subject: BrokerUnderTest) => Promise<void>): BrokerRule {
  return {
    title,
    async check(make) {
      const subject = await make()
      try {
        await check(subject)
      } finally {
        await subject.broker.close()
      }
    },
  }
}

/** What every broker has to keep, memory or remote: each test suite of a broker runs all of them. */
export const brokerRules: readonly BrokerRule[] = [
  rule('offsets rise strictly within an epoch', async ({ broker }) => {
    let last = -1
    for (let i = 0; i < 10; i++) {
      const { offsets, epoch } = await broker.publish('/a', [draft(`${i}`), draft(`${i}b`)], { policy: STREAM })
      assert.match(epoch, /^[a-z0-9]{1,32}$/)
      assert.equal(offsets.length, 2)
      for (const offset of offsets) {
        assert.ok(offset > last, `${offset} after ${last}`)
        last = offset
      }
    }
  }),

  rule('a batch stands together in the log', async ({ broker }) => {
    await Promise.all(
      ['x', 'y', 'z'].map(async (name) =>
        broker.publish('/a', [draft(`${name}1`), draft(`${name}2`)], { policy: { ...STREAM, maxMessages: 50 } }),
      ),
    )
    const page = await broker.read('/a', { ...STREAM, maxMessages: 50 }, EVERYTHING)
    const order = texts(page.entries)
    for (let i = 0; i < order.length; i += 2) assert.equal(order[i]![0], order[i + 1]![0])
    assert.equal(order.length, 6)
  }),

  rule('a message keeps its trace, for who hears it live and for who reads it', async ({ broker }) => {
    const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tracestate: 'vendor=1' }
    for (const [address, policy] of [['/a', STREAM] as const, ['/b', STATE] as const]) {
      const heard: (object | undefined)[] = []
      const listener: LiveListener = {
        onEntries: (_epoch, entries) => void heard.push(...entries.map((entry) => entry.trace)),
        onBreak: () => {},
      }
      const live = await broker.subscribe(address, policy, listener)
      await broker.publish(address, [{ ...draft('1', 'x'), trace }, draft('2', 'y')], { policy })
      const { entries } = await broker.read(address, policy, EVERYTHING)
      for (const traces of [heard, entries.map((entry) => entry.trace)]) assert.deepEqual(traces, [trace, undefined])
      live.unsubscribe()
    }
  }),

  rule('reading after a position gives everything after it, oldest first, and no gap', async ({ broker }) => {
    const first = await broker.publish('/a', [draft('1')], { policy: STREAM })
    await broker.publish('/a', [draft('2'), draft('3')], { policy: STREAM })
    const page = await broker.read('/a', STREAM, { ...EVERYTHING, since: lastOf(first) })
    assert.deepEqual(texts(page.entries), ['2', '3'])
    assert.equal(page.gap, undefined)
    assert.equal(page.more, false)
    assert.equal(page.next, page.entries.at(-1)!.offset)
  }),

  rule(
    'reading at the head gives nothing and no gap, also when everything has grown old',
    async ({ broker, letPass }) => {
      const head = lastOf(await broker.publish('/a', [draft('1')], { policy: STREAM }))
      await letPass(STREAM.maxAgeMs + 1)
      const page = await broker.read('/a', STREAM, { ...EVERYTHING, since: head })
      assert.deepEqual(page.entries, [])
      assert.equal(page.gap, undefined)
      assert.equal(page.next, head.offset)
    },
  ),

  rule('pages follow one another without a seam', async ({ broker }) => {
    const policy = { ...STREAM, maxMessages: 100 }
    const start = lastOf(await broker.publish('/a', [draft('0')], { policy }))
    for (let i = 1; i <= 20; i++) await broker.publish('/a', [draft(`${i}`)], { policy })
    const seen: string[] = []
    let since = start
    for (let more = true; more;) {
      const page = await broker.read('/a', policy, { since, limit: 3, maxBytes: 1_000_000 })
      assert.ok(page.entries.length <= 3)
      seen.push(...texts(page.entries))
      since = { epoch: page.epoch, offset: page.next }
      more = page.more
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 20 }, (_, i) => `${i + 1}`),
    )
  }),

  rule('a page stops at its bytes and holds at least one message', async ({ broker }) => {
    const big = 'x'.repeat(1000)
    const start = lastOf(await broker.publish('/a', [draft('0')], { policy: STREAM }))
    await broker.publish('/a', [draft(big), draft(big), draft(big)], { policy: STREAM })
    const page = await broker.read('/a', STREAM, { since: start, limit: 300, maxBytes: 10 })
    assert.equal(page.entries.length, 1)
    assert.equal(page.more, true)
  }),

  rule('without a position a stream gives the newest messages, oldest first', async ({ broker }) => {
    for (let i = 1; i <= 4; i++) await broker.publish('/a', [draft(`${i}`)], { policy: STREAM })
    const page = await broker.read('/a', STREAM, { limit: 2, maxBytes: 1_000_000 })
    assert.deepEqual(texts(page.entries), ['3', '4'])
    assert.equal(page.more, false)
  }),

  rule(
    'history holds exactly its count: at the limit nothing is lost, one above the oldest is a gap',
    async ({ broker }) => {
      const start = lastOf(await broker.publish('/a', [draft('0')], { policy: STREAM }))
      for (let i = 1; i <= STREAM.maxMessages; i++) await broker.publish('/a', [draft(`${i}`)], { policy: STREAM })
      const full = await broker.read('/a', STREAM, { ...EVERYTHING, since: start })
      assert.equal(full.gap, undefined)
      assert.deepEqual(texts(full.entries), ['1', '2', '3', '4', '5'])

      await broker.publish('/a', [draft('6')], { policy: STREAM })
      const trimmed = await broker.read('/a', STREAM, { ...EVERYTHING, since: start })
      assert.deepEqual(texts(trimmed.entries), ['2', '3', '4', '5', '6'])
      assert.equal(trimmed.gap?.reason, 'history-trimmed')
      assert.deepEqual(trimmed.gap.from, start)
      assert.equal(trimmed.gap.to.offset, full.entries[0]!.offset)
      assert.equal(trimmed.gap.missed, 1)
    },
  ),

  rule(
    'history holds exactly its age: at the limit nothing is lost, one millisecond above it is',
    async ({ broker, letPass }) => {
      const start = lastOf(await broker.publish('/a', [draft('0')], { policy: STREAM }))
      await broker.publish('/a', [draft('1')], { policy: STREAM })
      await letPass(STREAM.maxAgeMs)
      const atLimit = await broker.read('/a', STREAM, { ...EVERYTHING, since: start })
      assert.deepEqual(texts(atLimit.entries), ['1'])
      await letPass(1)
      const above = await broker.read('/a', STREAM, { ...EVERYTHING, since: start })
      assert.deepEqual(above.entries, [])
      assert.equal(above.gap?.reason, 'history-trimmed')
      assert.equal(above.next, above.gap.to.offset)
    },
  ),

  rule('a position of another epoch is a gap up to what is left, which follows', async ({ broker }) => {
    await broker.publish('/a', [draft('1'), draft('2')], { policy: STREAM })
    const foreign = { epoch: 'anotherlife', offset: 1 }
    const page = await broker.read('/a', STREAM, { ...EVERYTHING, since: foreign })
    assert.equal(page.gap?.reason, 'epoch-changed')
    assert.deepEqual(page.gap.from, foreign)
    assert.deepEqual(texts(page.entries), ['1', '2'])
  }),

  rule('a position that was never given is a gap, not a silent wait', async ({ broker }) => {
    const head = lastOf(await broker.publish('/a', [draft('1')], { policy: STREAM }))
    const page = await broker.read('/a', STREAM, {
      ...EVERYTHING,
      since: { epoch: head.epoch, offset: head.offset + 7 },
    })
    assert.equal(page.gap?.reason, 'epoch-changed')
  }),

  rule('a state gives the latest value of each key, in log order', async ({ broker }) => {
    for (const [key, text] of [
      ['a', 'a1'],
      ['b', 'b1'],
      ['a', 'a2'],
      ['c', 'c1'],
    ] as const) {
      await broker.publish('/s', [draft(text, key)], { policy: STATE })
    }
    const page = await broker.read('/s', STATE, EVERYTHING)
    assert.deepEqual(texts(page.entries), ['b1', 'a2', 'c1'])
  }),

  rule(
    'a state is resumed with the keys that changed, without a gap, and does not grow old',
    async ({ broker, letPass }) => {
      await broker.publish('/s', [draft('a1', 'a'), draft('b1', 'b')], { policy: STATE })
      const since = lastOf(await broker.publish('/s', [draft('c1', 'c')], { policy: STATE }))
      for (let i = 2; i <= 20; i++) await broker.publish('/s', [draft(`a${i}`, 'a')], { policy: STATE })
      await letPass(STATE.maxAgeMs * 2)
      const resumed = await broker.read('/s', STATE, { ...EVERYTHING, since })
      assert.deepEqual(texts(resumed.entries), ['a20'])
      assert.equal(resumed.gap, undefined)
      assert.deepEqual(texts((await broker.read('/s', STATE, EVERYTHING)).entries), ['b1', 'c1', 'a20'])
    },
  ),

  rule('a listener hears everything after its head, in order, once', async ({ broker }) => {
    await broker.publish('/a', [draft('before')], { policy: STREAM })
    const listener = recorder()
    const live = await broker.subscribe('/a', STREAM, listener)
    const published = await broker.publish('/a', [draft('1'), draft('2')], { policy: STREAM })
    await broker.publish('/b', [draft('elsewhere')], { policy: STREAM })
    await broker.publish('/a', [draft('3')], { policy: STREAM })
    assert.deepEqual(listener.heard, ['1', '2', '3'])
    assert.ok(listener.offsets.every((offset) => offset > live.head))
    assert.equal(live.epoch, published.epoch)
  }),

  rule('a listener that left hears nothing more, and leaving twice is harmless', async ({ broker }) => {
    const [stays, leaves] = [recorder(), recorder()]
    await broker.subscribe('/a', STREAM, stays)
    const live = await broker.subscribe('/a', STREAM, leaves)
    live.unsubscribe()
    live.unsubscribe()
    await broker.publish('/a', [draft('1')], { policy: STREAM })
    assert.deepEqual([stays.heard, leaves.heard], [['1'], []])
  }),

  rule('a repeated idempotency key answers the first result and appends nothing', async ({ broker }) => {
    const options = { policy: STREAM, idempotencyKey: 'k', fingerprint: 'f' }
    const first = await broker.publish('/a', [draft('1')], options)
    const again = await broker.publish('/a', [draft('1')], options)
    assert.deepEqual(again.offsets, first.offsets)
    assert.deepEqual([first.repeated, again.repeated], [false, true])
    assert.deepEqual(texts((await broker.read('/a', STREAM, EVERYTHING)).entries), ['1'])
  }),

  rule('what was published under a key is found under it, and under no other', async ({ broker }) => {
    const first = await broker.publish('/a', [draft('1')], { policy: STREAM, idempotencyKey: 'k', fingerprint: 'f' })
    assert.deepEqual((await broker.findPublished('/a', 'k', 'f'))?.offsets, first.offsets)
    assert.equal(await broker.findPublished('/a', 'other', 'f'), undefined)
    assert.equal(await broker.findPublished('/b', 'k', 'f'), undefined)
    await assert.rejects(async () => broker.findPublished('/a', 'k', 'g'), IdempotencyConflict)
  }),

  rule('two publishes with one key at once are one', async ({ broker }) => {
    const options = { policy: STREAM, idempotencyKey: 'k', fingerprint: 'f' }
    const both = await Promise.all([1, 2].map(async () => broker.publish('/a', [draft('1')], options)))
    assert.deepEqual(both[0]!.offsets, both[1]!.offsets)
    assert.equal((await broker.read('/a', STREAM, EVERYTHING)).entries.length, 1)
  }),

  rule('an idempotency key with another payload is refused, and nothing is appended', async ({ broker }) => {
    await broker.publish('/a', [draft('1')], { policy: STREAM, idempotencyKey: 'k', fingerprint: 'f' })
    await assert.rejects(
      async () => broker.publish('/a', [draft('2')], { policy: STREAM, idempotencyKey: 'k', fingerprint: 'g' }),
      IdempotencyConflict,
    )
    assert.deepEqual(texts((await broker.read('/a', STREAM, EVERYTHING)).entries), ['1'])
  }),

  rule('idempotency keys are per channel, and crafted names do not collide', async ({ broker }) => {
    const options = { policy: STREAM, fingerprint: 'f' }
    await broker.publish('/a', [draft('1')], { ...options, idempotencyKey: 'bk' })
    const other = await broker.publish('/ab', [draft('1')], { ...options, idempotencyKey: 'k' })
    assert.equal(other.repeated, false)
  }),

  rule('an idempotency key is remembered for five minutes, and not longer', async ({ broker, letPass }) => {
    const options = { policy: STREAM, idempotencyKey: 'k', fingerprint: 'f' }
    await broker.publish('/a', [draft('1')], options)
    await letPass(IDEMPOTENCY_WINDOW_MS - 1)
    assert.equal((await broker.publish('/a', [draft('1')], options)).repeated, true)
    await letPass(1)
    assert.equal((await broker.publish('/a', [draft('1')], options)).repeated, false)
  }),

  rule('a channel that nobody published to is empty and can be resumed', async ({ broker }) => {
    const empty = await broker.read('/quiet', STREAM, EVERYTHING)
    assert.deepEqual([empty.entries, empty.gap, empty.more], [[], undefined, false])
    await broker.publish('/quiet', [draft('1')], { policy: STREAM })
    const page = await broker.read('/quiet', STREAM, {
      ...EVERYTHING,
      since: { epoch: empty.epoch, offset: empty.next },
    })
    assert.deepEqual(texts(page.entries), ['1'])
    assert.equal(page.gap, undefined)
  }),
]
