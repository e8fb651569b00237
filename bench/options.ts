import { parseArgs } from 'node:util'
import { ROWS } from './rows/rows.ts'

export interface Options {
  /** Of the rows with a promise; the others get a third of them. */
  readonly rounds: number
  readonly seconds: number
  /** Ids of the rows to run; empty for all. */
  readonly rows: readonly string[]
  /** Whether the page, the charts and the JSON are written. */
  readonly writes: boolean
}

/** Many short bursts: the peers of a round stand close together, so that what disturbs one disturbs the other. */
const DEFAULT = { rounds: 9, seconds: 0.5 } as const

/** What `--quick` stands for. */
export const QUICK = { rounds: 2, seconds: 0.3 } as const

export const HELP: string = `Measures Hydrant next to its peers: work per second of server CPU time, medians of alternating rounds.

  npm run bench
  npm run bench -- --rows fan-out,paced --rounds 9
  npm run bench -- --quick

Options:
  --rounds N     bursts of each peer in the rows with a promise; the others get a third of them (default ${DEFAULT.rounds})
  --seconds S    length of a burst (default ${DEFAULT.seconds})
  --rows A,B     run these rows only, and write no files
  --write        write the files all the same: the other rows stay as they were measured before
  --quick        ${QUICK.rounds} rounds of ${QUICK.seconds} seconds, and no files
  --help         this text

Rows:
${ROWS.map(({ id, targets, title }) => `  ${id.padEnd(16)}${targets.length > 0 ? '' : '(short) '}${title}`).join('\n')}

Without --rows and --quick it writes docs/performance.md with its charts, and bench/results/latest.json: 25 minutes at most on two cores.
Exit code: 0 when every message was counted, 1 when a count was wrong, a peer failed or a row is invalid, 2 for a wrong command line.
`

/** The options, `help`, or what is wrong with the command line. */
export function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        rows: { type: 'string', multiple: true, default: [] },
        write: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return 'help'
    const usual = values.quick ? QUICK : DEFAULT
    const rounds = values.rounds === undefined ? usual.rounds : Number(values.rounds)
    const seconds = values.seconds === undefined ? usual.seconds : Number(values.seconds)
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) return '--rounds takes a whole number from 1 to 100'
    if (!(seconds >= 0.1 && seconds <= 60)) return '--seconds takes a number from 0.1 to 60'
    const rows = values.rows.flatMap((list) => list.split(','))
    const unknown = rows.find((id) => !ROWS.some((row) => row.id === id))
    if (unknown !== undefined) return `--rows: no row "${unknown}"; there are ${ROWS.map(({ id }) => id).join(', ')}`
    return { rounds, seconds, rows, writes: values.write || (rows.length === 0 && !values.quick) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
