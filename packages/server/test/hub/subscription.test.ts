import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Broker, LogPage } from '../../src/broker/broker.ts'
import { Bench, draftOf, STATE, STREAM } from './reader.ts'

describe('a subscription', () => {
  it('from now gets what is published after it, gathered per turn', async () => {
    const bench = new Bench()
    await bench.publish('old')
    const { sink } = await bench.read('now')
    await bench.publish('1', '2')
    expect(sink.seen).toEqual([])
    bench.clock.flushTurn()
    expect(sink.seen).toEqual(['1', '2'])
  })

  it('that starts in the middle of a turn gets what comes after it, and nothing from before', async () => {
    const bench = new Bench()
    const { sink: early } = await bench.read('now')
    await bench.publish('1')
    const { sink: late } = await bench.read('now')
    await bench.publish('2')
    bench.clock.flushTurn()
    expect(early.seen).toEqual(['1', '2'])
    expect(late.seen).toEqual(['2'])
  })

  it('[E01] with a position replays and goes over to live without a gap or a repeat, in the middle of a turn', async () => {
    const bench = new Bench()
    await bench.publish('1', '2', '3')
    const { sink: other } = await bench.read('now')
    await bench.publish('4')
    const { sink } = await bench.read({ since: { epoch: 'e', offset: 1 } })
    await bench.publish('5')
    bench.clock.flushTurn()
    expect(sink.seen).toEqual(['2', '3', '4', '5'])
    expect(other.seen).toEqual(['4', '5'])
  })

  it('[E02] resumes at the true position before any message came, twice in a row, and on a channel that was long quiet', async () => {
    const bench = new Bench()
    const first = await bench.read({ since: { epoch: 'e', offset: 0 } })
    first.subscription.close()
    const second = await bench.read({ since: { epoch: 'e', offset: 0 } })
    await bench.publish('1')
    bench.clock.flushTurn()
    second.subscription.close()
    bench.clock.advance(3_600_000)
    const third = await bench.read({ since: { epoch: 'e', offset: 1 } })
    await bench.publish('2')
    bench.clock.flushTurn()
    expect([first.sink.seen, second.sink.seen, third.sink.seen]).toEqual([[], ['1'], ['2']])
  })

  it('[E03] resumed past the history is told the exact gap, then gets what is left', async () => {
    const bench = new Bench()
    for (let i = 1; i <= 15; i++) await bench.publish(`${i}`)
    const { sink } = await bench.read({ since: { epoch: 'e', offset: 2 } })
    expect(sink.seen[0]).toBe('gap e:2-e:5 history-trimmed')
    expect(sink.seen.slice(1)).toEqual(['6', '7', '8', '9', '10', '11', '12', '13', '14', '15'])
  })

  it('[E06] resumed with a position of another life of the log is told so, then gets everything', async () => {
    const bench = new Bench()
    await bench.publish('1', '2')
    const { sink } = await bench.read({ since: { epoch: 'former', offset: 70 } })
    expect(sink.seen).toEqual(['gap former:70-e:0 epoch-changed', '1', '2'])
  })

  it('resumed with an offset beyond the log does not wait for the log to grow past it', async () => {
    const bench = new Bench()
    await bench.publish('1')
    const { sink } = await bench.read({ since: { epoch: 'e', offset: 50 } })
    await bench.publish('2')
    bench.clock.flushTurn()
    expect(sink.seen).toEqual(['gap e:50-e:0 epoch-changed', '1', '2'])
  })

  it('of a state starts with the latest value of each key', async () => {
    const bench = new Bench()
    await bench.publishState(['a', 'a1'], ['b', 'b1'], ['a', 'a2'])
    const { sink } = await bench.read('snapshot', { policy: STATE })
    await bench.publishState(['b', 'b2'])
    bench.clock.flushTurn()
    expect(sink.seen).toEqual(['b1', 'a2', 'b2'])
  })

  it('closed hears nothing more', async () => {
    const bench = new Bench()
    const { sink, subscription } = await bench.read('now')
    await bench.publish('1')
    subscription.close()
    bench.clock.flushTurn()
    expect(sink.seen).toEqual([])
  })

  it('as a client does not see what clients send to the application', async () => {
    const bench = new Bench()
    const client = await bench.read('now', { view: 'client' })
    const application = await bench.read('now', { view: 'application' })
    await bench.broker.publish('/a', [draftOf('to the application', undefined, false)], { policy: STREAM })
    await bench.publish('to all')
    bench.clock.flushTurn()
    expect(client.sink.seen).toEqual(['to all'])
    expect(application.sink.seen).toEqual(['to the application', 'to all'])
  })
})

describe('[C10] a reader that does not keep up', () => {
  it('at the queue limit is still fed, one byte above it is not', async () => {
    const bench = new Bench()
    const probe = await bench.read('now')
    probe.sink.block()
    await bench.publish('12345678')
    bench.clock.flushTurn()
    const size = probe.sink.queuedBytes

    const atLimit = await bench.read('now', { maxQueuedBytes: 2 * size })
    const oneBelow = await bench.read('now', { maxQueuedBytes: 2 * size - 1 })
    for (const { sink } of [atLimit, oneBelow]) sink.block()
    for (const text of ['12345678', '12345678']) {
      await bench.publish(text)
      bench.clock.flushTurn()
    }
    expect(atLimit.sink.seen).toHaveLength(2)
    expect(oneBelow.sink.seen).toHaveLength(1)
  })

  it('goes on from the log when it has drained: nothing lost while the history holds it', async () => {
    const bench = new Bench()
    const { sink } = await bench.read('now', { maxQueuedBytes: 60 })
    sink.block()
    for (let i = 1; i <= 8; i++) {
      await bench.publish(`${i}`)
      bench.clock.flushTurn()
    }
    expect(sink.seen.length).toBeLessThan(8)
    sink.unblock()
    await bench.publish('9')
    bench.clock.flushTurn()
    expect(sink.seen).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
  })

  it('is told exactly what the history no longer holds, and stays subscribed', async () => {
    const bench = new Bench()
    const { sink } = await bench.read('now', { maxQueuedBytes: 60 })
    sink.block()
    for (let i = 1; i <= 30; i++) {
      await bench.publish(`${i}`)
      bench.clock.flushTurn()
    }
    const before = sink.seen.length
    sink.unblock()
    await bench.publish('31')
    bench.clock.flushTurn()
    expect(sink.seen[before]).toBe(`gap e:${before}-e:20 slow-consumer`)
    expect(sink.seen.slice(before + 1)).toEqual(Array.from({ length: 11 }, (_, i) => `${21 + i}`))
  })

  it('of a state gets the latest value of each key instead: conflation', async () => {
    const bench = new Bench()
    const { sink } = await bench.read('snapshot', { policy: STATE, overflow: 'conflate', maxQueuedBytes: 60 })
    sink.block()
    for (let i = 1; i <= 50; i++) {
      await bench.publishState(['a', `a${i}`], ['b', `b${i}`])
      bench.clock.flushTurn()
    }
    const before = sink.seen.length
    sink.unblock()
    expect(sink.seen.slice(before)).toEqual(['a50', 'b50'])
  })

  it('is disconnected where the channel says so', async () => {
    const bench = new Bench()
    const { sink } = await bench.read('now', { overflow: 'disconnect', maxQueuedBytes: 30 })
    sink.block()
    for (let i = 1; i <= 4; i++) {
      await bench.publish(`${i}`)
      bench.clock.flushTurn()
    }
    expect(sink.ended).toBe(true)
    expect(sink.seen).toEqual(['1'])
  })
})

/** The broker with another way of reading. */
function readingBy(
  read: (broker: Broker, ...args: Parameters<Broker['read']>) => Promise<LogPage>,
): (broker: Broker) => Broker {
  return (broker) => ({
    publish: (...args) => broker.publish(...args),
    findPublished: (...args) => broker.findPublished(...args),
    subscribe: (...args) => broker.subscribe(...args),
    ready: () => true,
    close: () => broker.close(),
    read: (...args) => read(broker, ...args),
  })
}

/** Answers reads after some microtasks, so that publishes fall between a question and its answer. */
function answersLate(turns: () => number): (broker: Broker) => Broker {
  return readingBy(async (broker, ...args) => {
    for (let i = turns(); i > 0; i--) await Promise.resolve()
    const page = await broker.read(...args)
    for (let i = turns(); i > 0; i--) await Promise.resolve()
    return page
  })
}

/** Answers reads from a log that does not show its newest entry yet, so many times. */
function lags(times: number): (broker: Broker) => Broker {
  let left = times
  return readingBy(async (broker, ...args) => {
    const page = await broker.read(...args)
    if (left-- <= 0 || page.entries.length === 0) return page
    const entries = page.entries.slice(0, -1)
    return { ...page, entries, next: entries.at(-1)?.offset ?? args[2].since?.offset ?? 0 }
  })
}

describe('a log that lags behind the live feed', () => {
  it('is asked again once a turn until it has caught up', async () => {
    const bench = new Bench(lags(5))
    await bench.publish('1', '2')
    const { sink, subscription } = await bench.read({ since: { epoch: 'e', offset: 0 } })
    for (let turn = 0; turn < 4; turn++) {
      for (let i = 0; i < 10; i++) await Promise.resolve()
      expect(subscription.isLive).toBe(false)
      bench.clock.flushTurn()
    }
    for (let i = 0; i < 10; i++) await Promise.resolve()
    await bench.publish('3')
    bench.clock.flushTurn()
    expect([sink.seen, subscription.isLive]).toEqual([['1', '2', '3'], true])
  })
})

describe('the seam', () => {
  it('[E01] holds for any order of publishes, turns, joins, blocked readers and late answers', async () => {
    const step = fc.constantFrom('publish', 'turn', 'join', 'resume', 'block', 'unblock', 'leave', 'yield')
    const anySteps = fc.array(step, { maxLength: 80 })
    const anyDelays = fc.array(fc.nat(4), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(anySteps, anyDelays, fc.constantFrom(1, 2, 4096), async (steps, delays, stride) => {
        let asked = 0
        const bench = new Bench(
          answersLate(() => delays[asked++ % delays.length]!),
          { slice: { ms: 0, stride } },
        )
        const readers: Awaited<ReturnType<Bench['read']>>[] = []
        const left = new Set<unknown>()
        let published = 0
        for (const [at, what] of steps.entries()) {
          const reader = readers[at % Math.max(1, readers.length)]
          if (what === 'publish') await bench.publish(`${++published}`)
          else if (what === 'turn') bench.clock.flushTurn()
          else if (what === 'join') readers.push(await bench.read('now', { maxQueuedBytes: 120 }))
          else if (what === 'resume') {
            readers.push(
              await bench.read({ since: { epoch: 'e', offset: at % (published + 1) } }, { maxQueuedBytes: 120 }),
            )
          } else if (what === 'block') reader?.sink.block()
          else if (what === 'unblock') reader?.sink.unblock()
          else if (what === 'leave') {
            reader?.subscription.close()
            left.add(reader?.subscription)
          } else await Promise.resolve()
        }
        for (const { sink } of readers) sink.unblock()
        for (let i = 0; i < 400; i++) {
          await Promise.resolve()
          bench.clock.flushTurn()
        }
        for (const { sink } of readers) expectUnbroken(sink.seen, sink.offsets)
        for (const { subscription } of readers.filter((reader) => !left.has(reader.subscription))) {
          expect([subscription.isLive, subscription.cursor]).toEqual([true, published])
        }
      }),
      { numRuns: 500 },
    )
  })
})

/** Offsets rise by one, except exactly where a gap was told. */
function expectUnbroken(seen: readonly string[], offsets: readonly number[]): void {
  let expected: number | undefined
  let index = 0
  for (const item of seen) {
    const gap = /^gap e:(\d+)-e:(\d+)/.exec(item)
    if (gap !== null) {
      if (expected !== undefined) expect(Number(gap[1])).toBe(expected - 1)
      expected = Number(gap[2]) + 1
      continue
    }
    const offset = offsets[index++]!
    if (expected !== undefined) expect(offset).toBe(expected)
    expected = offset + 1
  }
}
