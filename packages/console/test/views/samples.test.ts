import { expect, it } from 'vitest'

import type { StatusSample } from '../../page/data/admin-types.gen.ts'
import { lineOf, type Sample, withHistory, withSample } from '../../page/views/overview/samples.ts'

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

it('begins with what the server remembers, and draws one line through it and what came since', () => {
  const told = (second: number): StatusSample => ({
    time: new Date(second * 1_000).toISOString(),
    connections: { socket: 0, websocket: 0, sse: 0, http: 0 },
    rates: {
      messagesInPerSecond: second,
      messagesOutPerSecond: 0,
      bytesInPerSecond: 0,
      bytesOutPerSecond: 0,
      invalidPerSecond: 0,
    },
    latencyMs: { p50: null, p99: null, max: null },
    eventLoopDelayMs: { p50: null, p99: null, max: null },
    memory: { rssBytes: 0, heapUsedBytes: 0, queuedBytes: 0 },
  })
  const history = [10, 12, 14, 16].map(told)
  expect(lineOf(withHistory([], history, 'first'), 'messagesIn')).toEqual([10, 12, 14, 16])
  // What was heard before the history came stays; a moment that both know is one.
  const heard = withSample([sample(16.1)], sample(17.1))
  expect(lineOf(withHistory(heard, history, 'first'), 'messagesIn')).toEqual([10, 12, 14, 16.1, 17.1])
  // After a restart the old process's line ends, and the new one's begins.
  expect(lineOf(withHistory([sample(8)], history, 'second'), 'messagesIn')).toEqual([8, null, 10, 12, 14, 16])
})
