import { describe, expect, it } from 'vitest'
import { VirtualClock } from '@hydrant/testkit'
import { MemoryCeiling } from '../../src/guard/limits/memory-ceiling.ts'
import { Deadlines, type HasDeadlines } from '../../src/transport/deadlines.ts'

interface Reader extends HasDeadlines {
  queuedBytes: number
  isGone: boolean
}

/** Readers with queues, a memory that the test sets, and what was hit. */
function bench(maxQueuedBytes: number): {
  clock: VirtualClock
  deadlines: Deadlines
  hits: string[]
  memory: { usedBytes: number }
  reader: (queuedBytes: number) => Reader
} {
  const clock = new VirtualClock()
  const hits: string[] = []
  const memory = { usedBytes: 0 }
  const deadlines = new Deadlines({
    clock,
    maxQueuedBytes,
    memory: new MemoryCeiling(1_000_000, clock, () => memory.usedBytes),
    limitHit: (name) => void hits.push(name),
  })
  const reader = (queuedBytes: number): Reader => {
    const made: Reader = {
      queuedBytes,
      isGone: false,
      checkDeadlines: () => {},
      shed: () => {
        made.isGone = true
        made.queuedBytes = 0
        deadlines.remove(made)
      },
    }
    deadlines.add(made)
    return made
  }
  return { clock, deadlines, hits, memory, reader }
}

describe('what waits for all readers together', () => {
  it('at the limit nobody goes', () => {
    const { clock, hits, reader } = bench(300_000)
    const readers = [reader(100_000), reader(200_000)]
    clock.advance(1000)
    expect(readers.map(({ isGone }) => isGone)).toEqual([false, false])
    expect(hits).toEqual([])
  })

  it('one byte above it the slowest goes, and nobody else', () => {
    const { clock, hits, reader } = bench(299_999)
    const readers = [reader(0), reader(90_000), reader(110_000), reader(100_000)]
    clock.advance(1000)
    expect(readers.map(({ isGone }) => isGone)).toEqual([false, false, true, false])
    expect(hits).toEqual(['outbox-total'])
  })

  it('as many go as it takes, the slowest first', () => {
    const { clock, hits, reader } = bench(100_000)
    const readers = [reader(50_000), reader(60_000), reader(70_000), reader(80_000)]
    clock.advance(1000)
    expect(readers.map(({ isGone }) => isGone)).toEqual([false, true, true, true])
    expect(hits).toHaveLength(3)
  })
})

describe('the memory ceiling', () => {
  it('above it the slowest go, as long as there is somebody slow', () => {
    const { clock, hits, memory, reader } = bench(Infinity)
    const readers = [reader(10), reader(50_000), reader(60_000)]
    memory.usedBytes = 1_000_000
    clock.advance(1000)
    expect(hits).toEqual([])
    memory.usedBytes = 1_000_001
    clock.advance(500)
    expect(readers.map(({ isGone }) => isGone)).toEqual([false, false, true])
    clock.advance(5000)
    expect(readers.map(({ isGone }) => isGone)).toEqual([false, true, true])
    expect(hits).toEqual(['memory', 'memory'])
  })
})

describe('[E07] time', () => {
  it('in which the process stood still counts for nobody', () => {
    const { clock, deadlines, reader } = bench(Infinity)
    reader(0)
    clock.advance(10_000)
    expect(deadlines.activeMs).toBe(10_000)
    clock.stall(60_000)
    clock.advance(1000)
    expect(deadlines.activeMs).toBeLessThan(12_000)
    clock.advance(10_000)
    expect(deadlines.activeMs).toBeGreaterThan(20_000)
  })

  it('of a short delay does', () => {
    const { clock, deadlines, reader } = bench(Infinity)
    reader(0)
    clock.advance(1000)
    clock.stall(1900)
    clock.advance(600)
    expect(deadlines.activeMs).toBe(3500)
  })
})
