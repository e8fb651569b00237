import { describe, expect, it } from 'vitest'
import { prove } from '../../prove/prove.ts'

/** The long run is `npm run prove`; this one keeps it from rotting. */
describe('the delivery proof on real sockets and processes', () => {
  it('holds for six seconds of faults', { timeout: 60_000 }, async () => {
    const seed = Math.floor(Math.random() * 1_000_000)
    console.log(`seed ${seed}`)
    const result = await prove({ seconds: 6, seed, maxMessages: 100_000 })
    expect(result.violations).toEqual([])
    expect(result.notDrained).toEqual([])
    expect(result.clientErrors).toEqual([])
    expect(result.acknowledged).toBeGreaterThan(1000)
    expect(Object.values(result.faults).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(10)
  })
})
