import { describe, expect, it } from 'vitest'
import { runSeed, TARGETS } from '../fuzz/targets.ts'

/** Fixed seeds, so that a failure here is a failure for everybody; `npm run fuzz` takes fresh ones. */
const RUNS = 150

/** What earlier runs found, by name. */
const FOUND = [['contract', 961_413_285, 'a oneOf of messages that names itself']] as const

describe('fuzzing', () => {
  it.each(TARGETS.map((target) => [target.name, target] as const))('%s: no invariant breaks', async (_name, target) => {
    const runs = async (): Promise<void> => {
      for (let seed = 1; seed <= RUNS; seed++) await runSeed(target, seed)
    }
    await expect(runs()).resolves.toBeUndefined()
  })

  it.each(FOUND)('%s, seed %i: %s', async (name, seed) => {
    const target = TARGETS.find((each) => each.name === name)!
    await expect(runSeed(target, seed)).resolves.toBeUndefined()
  })
})
