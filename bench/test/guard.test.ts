import { expect, test } from 'vitest'
import { measureRatios } from '../guard/rounds.ts'
import { echo, fanOut, type Subject } from '../guard/subjects.ts'
import { verdicts } from '../guard/verdict.ts'

test('a loss of 15% of the median passes, and more does not', () => {
  const at = (ratio: number): { echo: number } => ({ echo: ratio })
  const tooSlow = (measured: number[]): boolean => verdicts({ echo: 2 }, measured.map(at))[0]!.isTooSlow
  expect(tooSlow([2.29, 9, 1])).toBe(false)
  expect(tooSlow([2.31, 9, 1])).toBe(true)
  expect(tooSlow([1, 1, 1])).toBe(false)
})

test('what is committed and not measured any more fails; what is new does not', () => {
  expect(verdicts({ gone: 1 }, [{ fresh: 1 }]).map(({ name, isTooSlow }) => [name, isTooSlow])).toEqual([
    ['gone', true],
    ['fresh', false],
  ])
})

test('the ratio tells work that is done twice from work that is done once', async () => {
  const once = await fanOut('once', { readers: 20, perTurn: 1, checks: 'checked' })
  const other = await fanOut('twice', { readers: 20, perTurn: 1, checks: 'checked' })
  const twice: Subject = {
    name: 'twice',
    run: async () => {
      await other.run()
      await other.run()
    },
  }
  const ratios = await measureRatios([once, twice, echo()], { rounds: 15, sliceMs: 2 })
  expect(ratios['echo']).toBeGreaterThan(0)
  expect(ratios['twice']! / ratios['once']!).toBeGreaterThan(1.5)
  expect(ratios['twice']! / ratios['once']!).toBeLessThan(2.7)
})
