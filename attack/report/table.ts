import { missesOf, type RowResult } from '../run/result.ts'

/** One result as a line, while it runs. */
export function resultLine(result: RowResult): string {
  const { row, kind, tookMs } = result
  return `${row.id}  ${kind.padEnd(9)}  ${`${Math.round(tookMs)} ms`.padStart(8)}  ${verdict(result)}`
}

/** What a server did, in a few words: `passes`, or what it did instead. */
function verdict(result: RowResult, most = 3): string {
  if (result.notApplicable !== undefined) return `not applicable: ${result.notApplicable}`
  const misses = missesOf(result)
  if (misses.length === 0) return result.figures.length === 0 ? 'passes' : `passes (${result.figures.join('; ')})`
  const more = misses.length > most ? ` and ${misses.length - most} more` : ''
  return `MISS ${misses.slice(0, most).join('; ')}${more}${result.figures.length === 0 ? '' : ` (${result.figures.join('; ')})`}`
}

/** All results, for people. */
export function resultTable(results: readonly RowResult[]): string {
  const lines = results.map((result) => {
    const { row, kind, cases, heldMiB, peakMiB, honest, tookMs } = result
    const memory =
      result.notApplicable === undefined && honest !== undefined
        ? `+${peakMiB.toFixed(0)} / +${heldMiB.toFixed(1)} MiB`
        : ''
    const p99 = honest === undefined ? '' : `${honest.p99Ms.toFixed(0)} ms`
    return [
      row.id,
      kind,
      row.title.slice(0, 60),
      String(cases.length),
      memory,
      p99,
      `${(tookMs / 1_000).toFixed(1)} s`,
      verdict(result),
    ]
  })
  const head = ['row', 'server', 'sent', 'cases', 'memory at peak / kept', 'honest p99', 'time', 'result']
  const widths = head.map((_, column) => Math.max(...[head, ...lines].slice(0, -1).map((line) => line[column]!.length)))
  return [head, ...lines]
    .map((line) => line.map((cell, column) => (column < 7 ? cell.padEnd(widths[column]!) : cell)).join('  '))
    .join('\n')
}
