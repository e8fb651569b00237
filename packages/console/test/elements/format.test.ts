import { describe, expect, it } from 'vitest'

import { ago, bytes, clock, duration, millis, percent, plural, rate } from '../../page/elements/format.ts'

describe('numbers as people read them', () => {
  it.each([
    [bytes(0), '0 B'],
    [bytes(1_023), '1,023 B'],
    [bytes(1_024), '1.0 KiB'],
    [bytes(1_536), '1.5 KiB'],
    [bytes(5 * 1_024 ** 3), '5.0 GiB'],
    [bytes(undefined), '–'],
    [rate(0), '0'],
    [rate(0.254), '0.25'],
    [rate(4.21), '4.2'],
    [rate(1_230.4), '1,230'],
    [percent(1), '100%'],
    [percent(0), '0%'],
    [percent(0.99999), '>99.99%'],
    [percent(0.00001), '<0.01%'],
    [percent(0.5), '50%'],
    [percent(0.4505), '45.1%'],
    [percent(0.9995), '99.95%'],
    [percent(0.0016), '0.16%'],
    [percent(Number.NaN), '–'],
    [millis(0.123), '0.12 ms'],
    [millis(0), '0 ms'],
    [millis(250), '250 ms'],
    [millis(1_250), '1.3 s'],
    [duration(89_000), '89 s'],
    [duration(90_000), '1 min'],
    [duration(12_000_000), '3 h 20 min'],
    [duration(180_000_000), '2 d 2 h'],
    [plural(1, 'address', 'addresses'), '1 address'],
    [plural(1_200, 'address', 'addresses'), '1,200 addresses'],
    [clock('no time'), '–'],
    [ago(0, 1_000), 'now'],
    [ago(0, 12_000), '12 s ago'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected)
  })

  it('leaves out the day when it is today, and the year when it is this one', () => {
    const now = new Date()
    expect(clock(now.getTime())).toMatch(/^\d\d:\d\d:\d\d$/)
    expect(clock(new Date(now.getFullYear() - 1, 0, 31, 12).getTime())).toBe(`${now.getFullYear() - 1}-01-31 12:00:00`)
  })
})
