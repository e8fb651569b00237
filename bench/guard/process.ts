import { ControlWork } from './control.ts'
import { measureRatios } from './rounds.ts'
import { echo, fanOut } from './subjects.ts'

/** One process of the guard: prints its ratios. Another process compiles the same code a little differently, so there are several. */
const [, , rounds, sliceMs] = process.argv
const subjects = [
  echo(),
  // More readers than a cache holds would measure the neighbours' use of it. Without schemas, so that delivering is most of it.
  await fanOut('fan-out to 100', { readers: 100, perTurn: 1, checks: 'unchecked' }),
  await fanOut('publish to 1', { readers: 1, perTurn: 16, checks: 'checked' }),
]
const ratios = await measureRatios(new ControlWork(), subjects, { rounds: Number(rounds), sliceMs: Number(sliceMs) })
process.stdout.write(`${JSON.stringify(ratios)}\n`, () => process.exit(0))
