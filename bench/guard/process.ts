import { measureRatios } from './rounds.ts'
import { echo, fanOut } from './subjects.ts'

/** One process of the guard: prints its ratios. Another process compiles the same code a little differently, so there are several. */
const [, , rounds, sliceMs] = process.argv
// More readers than a cache holds would measure the neighbours' use of it.
const subjects = [echo(), await fanOut('fan-out to 100', 100, 1), await fanOut('publish to 1', 1, 16)]
const ratios = await measureRatios(subjects, { rounds: Number(rounds), sliceMs: Number(sliceMs) })
process.stdout.write(`${JSON.stringify(ratios)}\n`, () => process.exit(0))
