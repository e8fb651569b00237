import { describe, expect, it } from 'vitest'
import { courseOf, isFlat, type Sample, slopeOf } from '../soak/slope.ts'

/** Ten minutes, a value a second; the noise is the same each time. */
function series(valueAt: (minute: number) => number): Sample[] {
  let state = 1
  const noise = (): number => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32 - 0.5) * 4
  return Array.from({ length: 600 }, (_, seconds) => ({ seconds, value: valueAt(seconds / 60) + noise() }))
}

describe('the slope of a soak', () => {
  it('is zero within noise for what stays', () => {
    const stays = series(() => 300)
    expect(isFlat(slopeOf(stays))).toBe(true)
    expect(courseOf(stays).verdict).toBe('zero within noise')
  })

  it('is that of a leak, however slow: a megabyte a minute', () => {
    const leaks = series((minute) => 300 + minute)
    expect(slopeOf(leaks).perMinute).toBeCloseTo(1, 1)
    expect(isFlat(slopeOf(leaks))).toBe(false)
    expect(courseOf(leaks).verdict).toBe('GROWS')
  })

  it('tells a leak from pools that fill', () => {
    expect(courseOf(series((minute) => 300 + 20 * (1 - Math.exp(-minute / 3)))).verdict).toBe('levels off')
    expect(courseOf(series((minute) => 300 + minute + 2 * (1 - Math.exp(-minute / 3)))).verdict).toBe('GROWS')
  })
})
