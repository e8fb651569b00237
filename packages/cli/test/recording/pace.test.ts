import { expect, it } from 'vitest'
import { paced } from '../../src/recording/pace.ts'
import type { Speed } from '../../src/recording/pace.ts'

async function* items(timesMs: readonly number[]): AsyncGenerator<{ timeMs: number }, void> {
  for (const timeMs of timesMs) yield { timeMs }
}

/** When each item is handed on, on a clock that only waiting (and a slow taker) moves. */
async function handedOnAt(timesMs: readonly number[], speed: Speed, takerMs = 0): Promise<number[]> {
  let nowMs = 5000
  const clock = {
    nowMs: () => nowMs,
    wait: async (ms: number) => {
      nowMs += ms
    },
  }
  const at: number[] = []
  for await (const item of paced(items(timesMs), speed, new AbortController().signal, clock)) {
    at.push(nowMs - 5000)
    expect(item.timeMs).toBe(timesMs[at.length - 1])
    nowMs += takerMs
  }
  return at
}

it('keeps the recorded spacing, divided by the speed', async () => {
  expect(await handedOnAt([1000, 1500, 1500, 4000], 1)).toEqual([0, 500, 500, 3000])
  expect(await handedOnAt([1000, 1500, 1500, 4000], 10)).toEqual([0, 50, 50, 300])
  expect(await handedOnAt([1000, 1500], 0.5)).toEqual([0, 1000])
})

it('does not wait at all at the greatest speed, nor for a recording that goes back in time', async () => {
  expect(await handedOnAt([1000, 9000], 'max')).toEqual([0, 0])
  expect(await handedOnAt([9000, 1000], 1)).toEqual([0, 0])
})

it('catches up after a slow taker, in place of falling further behind', async () => {
  expect(await handedOnAt([0, 100, 200, 2000], 1, 300)).toEqual([0, 300, 600, 2000])
})

it('ends when it is stopped while it waits', async () => {
  const stop = new AbortController()
  const seen = []
  for await (const item of paced(items([0, 3_600_000]), 1, stop.signal)) {
    seen.push(item.timeMs)
    stop.abort()
  }
  expect(seen).toEqual([0])
})
