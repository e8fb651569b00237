import { expect, test } from 'vitest'
import { ControlWork } from '../guard/control.ts'
import { measureRatios } from '../guard/rounds.ts'
import { echo, fanOut, type Subject } from '../guard/subjects.ts'
import { verdicts } from '../guard/verdict.ts'

test('a loss of 15% in the quiet processes passes, and more does not', () => {
  const at = (ratio: number): { echo: number } => ({ echo: ratio })
  const tooSlow = (measured: number[]): boolean => verdicts({ echo: 2 }, measured.map(at))[0]!.isTooSlow
  expect(tooSlow([2.29, 9, 1, 9])).toBe(false)
  expect(tooSlow([2.31, 9, 1, 9])).toBe(true)
  expect(tooSlow([1, 1, 1])).toBe(false)
})

test('what is committed and not measured any more fails; what is new does not', () => {
  expect(verdicts({ gone: 1 }, [{ fresh: 1 }]).map(({ name, isTooSlow }) => [name, isTooSlow])).toEqual([
    ['gone', true],
    ['fresh', false],
  ])
})

test('a ratio is that of the quiet rounds, whatever disturbs a few of them', async () => {
  let micros = 0
  let turns = 0
  const costs = (name: string, each: number): Subject => ({
    name,
    run: () => {
      // Every fifth turn somebody else is in the way.
      micros += ++turns % 5 === 0 ? each * 40 : each
    },
  })
  const effort = { rounds: 40, sliceMs: 0.001 }
  const ratios = await measureRatios(costs('control', 10), [costs('half', 5), costs('twice', 20)], effort, () => micros)
  expect(ratios).toEqual({ half: 0.5, twice: 2 })
})

test('the subjects do their work, and the control too', async () => {
  const control = new ControlWork()
  const shape = { perTurn: 2, checks: 'checked' } as const
  for (const subject of [control, echo(), await fanOut('fan-out', { ...shape, readers: 20 })]) {
    expect(await subject.run(), subject.name).toBeUndefined()
  }
})
