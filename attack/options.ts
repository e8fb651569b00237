import { parseArgs } from 'node:util'
import { FAMILIES, ROWS } from './rows/rows.ts'
import { KINDS, type KindName } from './servers/kinds.ts'

export interface Options {
  /** Ids of rows; empty for all. */
  readonly rows: readonly string[]
  readonly servers: readonly KindName[]
  readonly json: boolean
  readonly skipsSlow: boolean
  /** Write docs/attacks.md and attack/results/latest.json. */
  readonly writes: boolean
}

export const HELP: string = `Attacks real server processes over real sockets, row by row, and says what they did.

  npm run attack                                  every row, Hydrant and its peers; writes docs/attacks.md
  npm run attack -- --row A03 --row C08           these rows only; writes nothing
  npm run attack -- --server hydrant --json

Options:
  --row ID        run this row, or family, only; may be repeated
  --server NAME   attack this server only: ${KINDS.map(({ name }) => name).join(', ')}; may be repeated
  --no-slow       leave out the rows that wait for deadlines of many seconds
  --json          results as JSON, for programs
  --help          this text

Families: ${FAMILIES.map(({ letter, title }) => `${letter} ${title}`).join(', ')}.
Exit code: 0 when Hydrant passed every row, 1 when it missed one, 2 for a wrong command line.
`

/** The options, `help`, or what is wrong with the command line. */
export function parseOptions(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        row: { type: 'string', multiple: true, default: [] },
        server: { type: 'string', multiple: true, default: [] },
        slow: { type: 'boolean', default: true },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return 'help'
    const wrongRow = values.row.find((id) => !ROWS.some((row) => row.id.startsWith(id)))
    if (wrongRow !== undefined) return `--row: no row "${wrongRow}"; there are ${ROWS.map(({ id }) => id).join(', ')}`
    const wrongServer = values.server.find((name) => !KINDS.some((kind) => kind.name === name))
    if (wrongServer !== undefined)
      return `--server: no "${wrongServer}"; there are ${KINDS.map(({ name }) => name).join(', ')}`
    const servers = KINDS.map(({ name }) => name).filter(
      (name) => values.server.length === 0 || values.server.includes(name),
    )
    const writes = values.row.length === 0 && values.server.length === 0 && values.slow
    return { rows: values.row, servers, json: values.json, skipsSlow: !values.slow, writes }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
