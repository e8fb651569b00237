import { describe, expect, it } from 'vitest'
import { simulate, type SimulationOptions } from '../../src/index.ts'

/** A run's seed is printed by the failing test's title; a failing one becomes a test of its own. */
const SEEDS = Array.from({ length: 30 }, (_, index) => index + 1)
const MINUTE = 60_000

describe('the delivery proof in memory', () => {
  it.each(SEEDS)('seed %i: a minute of faults, and no promise is broken', async (seed) => {
    const result = await simulate({ seed, durationMs: MINUTE })
    expect(result.violations).toEqual([])
    expect(result.notDrained).toEqual([])
    expect(result.acknowledged).toBeGreaterThan(1000)
    expect(result.faults).toBeGreaterThan(100)
    expect(result.gaps).toBeGreaterThan(0)
  })

  it('runs at least 100 times faster than the time it tells of', async () => {
    // Its own time on the processor: what else the machine does is not the simulation's.
    const before = process.cpuUsage()
    await simulate({ seed: 99, durationMs: 5 * MINUTE })
    const { user, system } = process.cpuUsage(before)
    expect(5 * MINUTE).toBeGreaterThan((100 * (user + system)) / 1000)
  })

  it('is the same run for the same seed', async () => {
    const [one, other] = [
      await simulate({ seed: 7, durationMs: MINUTE }),
      await simulate({ seed: 7, durationMs: MINUTE }),
    ]
    expect(one).toEqual(other)
  })
})

describe('a planted bug is found', () => {
  const bugs: [NonNullable<SimulationOptions['bug']>, rule: string][] = [
    ['skips-the-seam', 'lost'],
    ['hides-trimmed-history', 'lost'],
    ['ignores-epoch', 'lost'],
    ['moves-position-before-dispatch', 'lost'],
    ['forgets-deduplication', 'twice'],
  ]
  it.each(bugs)('%s: %s', async (bug, rule) => {
    const found = new Set<string>()
    for (const seed of SEEDS.slice(0, 5)) {
      const { violations } = await simulate({ seed, durationMs: MINUTE, bug })
      for (const violation of violations) found.add(violation.rule)
    }
    expect([...found]).toContain(rule)
  })
})
