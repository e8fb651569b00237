import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { HELP, type Options, parseOptions } from './options.ts'
import { describeMachine } from './report/machine.ts'
import { attackPage } from './report/page.ts'
import { resultLine, resultTable } from './report/table.ts'
import { ROWS } from './rows/rows.ts'
import type { Row } from './rows/row.ts'
import { attackServers } from './run/attack-server.ts'
import { ensurePeers } from './run/peers.ts'
import { missesOf, type RowResult } from './run/result.ts'
import { KINDS } from './servers/kinds.ts'

/** 0: Hydrant passed every row. 1: it missed one. 2: the command line was wrong. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  if (typeof options === 'string') {
    process.stderr.write(`attack: ${options}\n`)
    return 2
  }
  const kinds = KINDS.filter(({ name }) => options.servers.includes(name))
  if (kinds.some(({ name }) => name === 'socket.io')) ensurePeers()
  const started = performance.now()
  const results = await attackServers(kinds, rowsOf(options), (result) =>
    process.stderr.write(`${resultLine(result)}\n`),
  )
  const json = `${JSON.stringify(results.map(toJson), null, 1)}\n`
  process.stdout.write(options.json ? json : `\n${resultTable(results)}\n`)
  if (options.writes) {
    const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
    mkdirSync(file('results'), { recursive: true })
    writeFileSync(file('results/latest.json'), json)
    writeFileSync(file('../docs/attacks.md'), attackPage(results, describeMachine(), performance.now() - started))
  }
  return results.some((result) => result.kind === 'hydrant' && missesOf(result).length > 0) ? 1 : 0
}

function rowsOf({ rows, skipsSlow }: Options): Row[] {
  return ROWS.filter(({ id, slow }) => {
    const isWanted = rows.length === 0 || rows.some((wanted) => id.startsWith(wanted))
    return isWanted && !(skipsSlow && slow)
  })
}

function toJson(result: RowResult): object {
  const { row, cases, ...rest } = result
  const { id, title, right } = row
  return {
    id,
    title,
    right,
    misses: missesOf(result),
    ...rest,
    cases: cases.length,
    failed: cases.filter(({ good }) => !good),
  }
}
