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
export async function measureRatios(
  control: Subject,
  subjects: readonly Subject[],
  { rounds, sliceMs }: Effort,
  cpu: Cpu = processCpu,
): Promise<Ratios> {
  const sliced: { work: Subject; units: number; costs: number[] }[] = []
  for (const work of [control, ...subjects]) sliced.push({ work, units: await unitsFor(work, sliceMs, cpu), costs: [] })
  for (let round = 0; round < rounds; round++) {
    for (const { work, units, costs } of sliced) costs.push((await micros(work, units, cpu)) / units)
  }
  const [base, ...others] = sliced.map(({ work, costs }) => ({ name: work.name, cost: quiet(costs) }))
  return Object.fromEntries(others.map(({ name, cost }) => [name, cost / base!.cost]))
}

/** CPU time used so far, in microseconds. */
type Cpu = () => number

function processCpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Warms up as well: it doubles until a slice is full. */
async function unitsFor(work: Subject, sliceMs: number, cpu: Cpu): Promise<number> {
  for (let units = 1; ; units *= 2) {
    const took = await micros(work, units, cpu)
    if (took > sliceMs * 4000) return Math.max(1, Math.round((units * sliceMs * 1000) / took))
  }
}

async function micros(work: Subject, units: number, cpu: Cpu): Promise<number> {
  const before = cpu()
  for (let i = 0; i < units; i++) {
    const done = work.run()
    if (done !== undefined) await done
  }
  return cpu() - before
}

function quiet(costs: readonly number[]): number {
  return costs.toSorted((a, b) => a - b)[Math.floor(costs.length * QUIET)]!
}
