import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HELP, parseOptions } from './options.ts'
import { describeMachine } from './report/machine.ts'
import { rowChart } from './report/chart.ts'
import { chartPath, performancePage } from './report/page.ts'
import { toJson } from './report/results.ts'
import { method, resultTable } from './report/table.ts'
import { installNpmPeers } from './runner/availability.ts'
import { measureRow, type RowResult } from './runner/measure.ts'
import { type Profile, profilePeer } from './runner/profile.ts'
import { ROWS } from './runner/rows.ts'
import { BENCH, Workspace } from './runner/workspace.ts'

const PROFILE_SECONDS = 1.5
/** Bursts that other processes disturbed are not repeated after this, so that a run has an end on a busy machine. */
const REPEAT_FOR_MS = 60_000

/** 0: all counts right. 1: a count was wrong or a row invalid. 2: the command line was wrong. */
process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args)
  if (options === 'help') {
    process.stdout.write(HELP)
    return 0
  }
  if (typeof options === 'string') {
    process.stderr.write(`bench: ${options}\n`)
    return 2
  }
  const { rounds, seconds, only } = options
  installNpmPeers()
  const repeatUntilMs = performance.now() + REPEAT_FOR_MS
  using workspace = new Workspace()
  const machine = describeMachine(workspace)
  process.stdout.write(`${method({ rounds, seconds }, machine)}\n\n`)

  const rows = ROWS.filter(({ id }) => only.length === 0 || only.includes(id))
  const results: RowResult[] = []
  for (const row of rows) {
    progress(`${row.id}: ${rounds} rounds of ${row.peers.map(({ name }) => name).join(', ')}`)
    results.push(await measureRow(workspace, row, { rounds, seconds, warmUpSeconds: 0.5, repeatUntilMs }))
  }
  progress('')
  process.stdout.write(`${resultTable(results)}\n`)

  if (only.length === 0) {
    const profiles = new Map<string, Profile>()
    for (const row of rows.filter(({ work }) => work.kind !== 'idle')) {
      progress(`${row.id}: profile`)
      profiles.set(row.id, await profilePeer(workspace, row, row.peers[0]!, PROFILE_SECONDS))
    }
    progress('')
    const notes = readFileSync(join(BENCH, 'notes.md'), 'utf8')
    mkdirSync(join(BENCH, 'results'), { recursive: true })
    writeFileSync(join(BENCH, 'results', 'latest.json'), toJson(options, machine, results, profiles))
    const docs = join(BENCH, '..', 'docs')
    writeFileSync(join(docs, 'performance.md'), performancePage({ effort: options, machine, results, profiles, notes }))
    mkdirSync(join(docs, 'images', 'performance'), { recursive: true })
    for (const result of results) {
      const chart = rowChart(result)
      if (chart !== undefined) writeFileSync(join(docs, chartPath(result.row.id)), chart)
    }
    process.stdout.write('\nWritten: docs/performance.md with its charts, bench/results/latest.json\n')
  }
  const isGood = results.every(({ peers }) => peers.every((peer) => peer.countsAreRight && !peer.loadWasSaturated))
  return isGood ? 0 : 1
}

/** On a terminal only: one line, overwritten. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}
