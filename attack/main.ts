import { HELP, parseOptions } from './options.ts'
import { ensurePeers } from './run/peers.ts'
import { attackServer } from './run/attack-server.ts'
import { missesOf, type RowResult } from './run/result.ts'
import { resultLine, resultTable } from './report/table.ts'
import { ROWS } from './rows/rows.ts'
import { KINDS } from './servers/kinds.ts'

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
  const rows = ROWS.filter(
    ({ id, slow }) =>
      (options.rows.length === 0 || options.rows.some((wanted) => id.startsWith(wanted))) &&
      !(options.skipsSlow && slow),
  )
  const results: RowResult[] = []
  for (const kind of kinds) {
    results.push(...(await attackServer(kind, rows, (result) => process.stderr.write(`${resultLine(result)}\n`))))
  }
  process.stdout.write(
    options.json ? `${JSON.stringify(results.map(toJson), null, 2)}\n` : `\n${resultTable(results)}\n`,
  )
  return results.some((result) => result.kind === 'hydrant' && missesOf(result).length > 0) ? 1 : 0
}

function toJson({ row, ...result }: RowResult): object {
  return { id: row.id, title: row.title, right: row.right, misses: missesOf({ row, ...result }), ...result }
}
