import { expect, test } from 'vitest'
import { Histogram } from '../../src/observe/meters/histogram.ts'

test('a duration at a bound is in the bucket above it, one just below is not', () => {
  const histogram = new Histogram()
  histogram.record(0.063_999)
  histogram.record(0.064)
  expect(histogram.countBelow(6)).toBe(1)
  expect(histogram.countBelow(7)).toBe(2)
})

test('durations below the first bound, beyond the last and beyond 32 bits are counted', () => {
  const histogram = new Histogram()
  for (const durationMs of [0, -1, 0.003, 67_108.863, 67_108.864, 5_000_000, 1e12, Number.NaN])
    histogram.record(durationMs)
  expect(histogram.count).toBe(8)
  expect(histogram.countBelow(2)).toBe(4)
  expect(histogram.countBelow(26)).toBe(5)
})

test('a quantile is the bound that its share does not pass, to within a quarter', () => {
  const histogram = new Histogram()
  expect(histogram.quantile(0.5)).toBeUndefined()
  for (let ms = 1; ms <= 1000; ms++) histogram.record(ms)
  for (const share of [0.01, 0.5, 0.95, 0.99, 1]) {
    const exact = share * 1000
    expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact)
    expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * 1.25 + 0.001)
  }
})

test('a weight counts a duration that often', () => {
  const histogram = new Histogram()
  histogram.record(1, 4096)
  expect(histogram.count).toBe(4096)
  expect(histogram.sumMs).toBe(4096)
  expect(histogram.countBelow(10)).toBe(4096)
})
