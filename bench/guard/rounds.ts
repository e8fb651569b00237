import { ControlWork } from './control.ts'
import type { Subject } from './subjects.ts'

/** The cost of each subject's unit as a multiple of the control's. */
export type Ratios = Readonly<Record<string, number>>

export interface Effort {
  readonly rounds: number
  /** CPU time of one turn of a subject or of the control. */
  readonly sliceMs: number
}

/** The share of the rounds that are thought to be undisturbed: their slowest one counts. */
const QUIET = 0.25

/** The subjects and the control take turns, in slices so short that what disturbs one disturbs the others. */
export async function measureRatios(subjects: readonly Subject[], { rounds, sliceMs }: Effort): Promise<Ratios> {
  const control = new ControlWork()
  let sink = 0
  const works: readonly Subject[] = [{ name: 'control', run: () => void (sink += control.run()) }, ...subjects]
  const sliced: { work: Subject; units: number; costs: number[] }[] = []
  for (const work of works) sliced.push({ work, units: await unitsFor(work, sliceMs), costs: [] })
  for (let round = 0; round < rounds; round++) {
    for (const { work, units, costs } of sliced) costs.push((await cpuMicros(work, units)) / units)
  }
  if (!Number.isFinite(sink)) throw new Error('the control has not worked')
  const [base, ...others] = sliced.map(({ work, costs }) => ({ name: work.name, cost: quiet(costs) }))
  return Object.fromEntries(others.map(({ name, cost }) => [name, cost / base!.cost]))
}

/** Warms up as well: it doubles until a slice is full. */
async function unitsFor(work: Subject, sliceMs: number): Promise<number> {
  for (let units = 1; ; units *= 2) {
    const micros = await cpuMicros(work, units)
    if (micros > sliceMs * 4000) return Math.max(1, Math.round((units * sliceMs * 1000) / micros))
  }
}

async function cpuMicros(work: Subject, units: number): Promise<number> {
  const before = process.cpuUsage()
  for (let i = 0; i < units; i++) {
    const done = work.run()
    if (done !== undefined) await done
  }
  const { user, system } = process.cpuUsage(before)
  return user + system
}

function quiet(costs: readonly number[]): number {
  return costs.toSorted((a, b) => a - b)[Math.floor(costs.length * QUIET)]!
}
