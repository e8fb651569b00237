import { expect, it } from 'vitest'

import { lineOf, type Sample, withSample } from '../../page/views/overview/samples.ts'

const sample = (at: number, startedAt = 'first'): Sample => ({
  at,
  startedAt,
  messagesIn: at,
  messagesOut: 0,
  invalid: 0,
  bytesIn: 0,
  bytesOut: 0,
  p50: null,
  p99: null,
  loopP99: null,
  rssMiB: 0,
  heapMiB: 0,
  queuedMiB: 0,
  socket: 0,
  websocket: 0,
  sse: 0,
  http: 0,
})

it('keeps ten minutes', () => {
  let samples: readonly Sample[] = []
  for (let second = 0; second < 2_000; second++) samples = withSample(samples, sample(second))
  expect(samples.length).toBeLessThanOrEqual(600)
  expect(samples[0]?.at).toBeGreaterThanOrEqual(1_400)
  expect(samples.at(-1)?.at).toBe(1_999)
})

it('takes two of the same moment for one', () => {
  expect(withSample([sample(10)], sample(10.2))).toHaveLength(1)
})

it('draws no line through the time that nothing was heard, nor from one process to the next', () => {
  expect(lineOf(withSample([sample(10)], sample(30)), 'messagesIn')).toEqual([10, null, 30])
  expect(lineOf(withSample([sample(10)], sample(11, 'second')), 'messagesIn')).toEqual([10, null, 11])
  expect(lineOf(withSample([sample(10)], sample(11)), 'messagesIn')).toEqual([10, 11])
})
