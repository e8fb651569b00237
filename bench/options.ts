import { parseArgs } from 'node:util'
import { ROWS } from './runner/rows.ts'

export interface Options {
  readonly rounds: number
  readonly seconds: number
  /** Ids of the rows to run; empty for all. */
  readonly only: readonly string[]
}

/** Many short bursts: the peers of a round stand close together, so that what disturbs one disturbs the other. */
const DEFAULT = { rounds: 9, seconds: 0.5 } as const

/** What `--quick` stands for. */
export const QUICK = { rounds: 2, seconds: 0.3 } as const

export const HELP: string = `Measures Hydrant next to its peers: work per second of server CPU time, medians of alternating rounds.

  npm run bench
  npm run bench -- --only fan-out --rounds 9
  npm run bench -- --quick

Options:
  --rounds N     bursts of each peer (default ${DEFAULT.rounds})
  --seconds S    length of a burst (default ${DEFAULT.seconds})
  --only ROW     run this row only; may be repeated; writes no files
  --quick        ${QUICK.rounds} rounds of ${QUICK.seconds} seconds
  --help         this text

Rows:
${ROWS.map(({ id, title }) => `  ${id.padEnd(15)}${title}`).join('\n')}

Without --only it writes docs/performance.md and bench/results/latest.json.
Exit code: 0 when every message was counted, 1 when a count was wrong or a row is invalid, 2 for a wrong command line.
`

/** The options, `help`, or what is wrong with the command line. */
export function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return 'help'
    const rounds = values.rounds === undefined ? (values.quick ? QUICK.rounds : DEFAULT.rounds) : Number(values.rounds)
    const seconds =
      values.seconds === undefined ? (values.quick ? QUICK.seconds : DEFAULT.seconds) : Number(values.seconds)
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) return '--rounds takes a whole number from 1 to 100'
    if (!(seconds >= 0.1 && seconds <= 60)) return '--seconds takes a number from 0.1 to 60'
    const unknown = values.only.find((id) => !ROWS.some((row) => row.id === id))
    if (unknown !== undefined) return `--only: no row "${unknown}"; there are ${ROWS.map(({ id }) => id).join(', ')}`
    return { rounds, seconds, only: values.only }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
