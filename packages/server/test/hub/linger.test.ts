import { describe, expect, it } from 'vitest'
import { createHydrant } from '../../src/index.ts'
import { API } from '../api.ts'
import { Bench } from './reader.ts'

describe('with a linger', () => {
  it('what is published within it leaves together, when the first of it has waited so long', async () => {
    const bench = new Bench(undefined, { lingerMs: 5 })
    const { sink } = await bench.read('now')
    await bench.publish('a')
    bench.clock.flushTurn()
    bench.clock.advance(3)
    await bench.publish('b')
    bench.clock.flushTurn()
    bench.clock.advance(1)
    expect(sink.seen).toEqual([])
    bench.clock.advance(1)
    expect(sink.seen).toEqual(['a', 'b'])
    expect(sink.sendings).toBe(1)
    await bench.publish('c')
    bench.clock.advance(4)
    expect(sink.seen).toEqual(['a', 'b'])
    bench.clock.advance(1)
    expect(sink.seen).toEqual(['a', 'b', 'c'])
  })

  it('a deep fan-out goes on in the next turn, without waiting again', async () => {
    const bench = new Bench(undefined, { lingerMs: 5, slice: { ms: 0, stride: 1 } })
    const first = await bench.read('now')
    const second = await bench.read('now')
    await bench.publish('a')
    bench.clock.advance(5)
    expect([first.sink.seen, second.sink.seen].filter((seen) => seen.length === 1)).toHaveLength(1)
    bench.clock.flushTurn()
    expect([first.sink.seen, second.sink.seen]).toEqual([['a'], ['a']])
  })

  it('a batch that is full does not wait', async () => {
    const bench = new Bench(undefined, { lingerMs: 5 })
    const { sink } = await bench.read('now', { maxQueuedBytes: 1 << 20 })
    for (let i = 0; i < 1024; i++) await bench.publish('a')
    expect(sink.seen).toHaveLength(1024)
  })

  it('of 5 ms at most, and none by default', () => {
    expect(createHydrant({ contract: API }).settings.values.lingerMs).toBe(0)
    expect(createHydrant({ contract: API, limits: { lingerMs: 5 } }).settings.values.lingerMs).toBe(5)
    expect(() => createHydrant({ contract: API, limits: { lingerMs: 6 } })).toThrow('0ms to 5ms')
  })
})
