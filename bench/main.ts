import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HELP, type Options, parseOptions } from './options.ts'
import { describeMachine, type Machine } from './report/machine.ts'
import { rowChart } from './report/chart.ts'
import { chartPath, performancePage } from './report/page.ts'
import { type Measured, toJson, withRowsOf } from './report/results.ts'
import { method, resultTable } from './report/table.ts'
import type { Row } from './rows/row.ts'
import { ROWS } from './rows/rows.ts'
import { installNpmPeers } from './runner/availability.ts'
import { measureRow } from './runner/measure.ts'
import { isGood, type RowResult } from './runner/result.ts'
import { type Profile, profilePeer } from './runner/profile.ts'
import { BENCH, Workspace } from './runner/workspace.ts'

const PROFILE_SECONDS = 1.5
const LATEST = join(BENCH, 'results', 'latest.json')
/** Bursts that other processes disturbed are not repeated after this, so that a run has an end on a busy machine. */
const REPEAT_FOR_MS = 60_000

/** 0: all counts right. 1: a count was wrong, a peer failed or a row is invalid. 2: the command line was wrong. */
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
  installNpmPeers()
  using workspace = new Workspace()
  const machine = describeMachine(workspace)
  process.stdout.write(`${method(options, machine)}\n\n`)
  const rows = ROWS.filter(({ id }) => options.rows.length === 0 || options.rows.includes(id))
  const results = await measureAll(workspace, rows, options)
  if (options.writes) {
    const measured: Measured = { results, profiles: await profileAll(workspace, rows) }
    const isPart = rows.length < ROWS.length && existsSync(LATEST)
    writeFiles(options, machine, isPart ? withRowsOf(readFileSync(LATEST, 'utf8'), measured) : measured)
  }
  return results.every(isGood) ? 0 : 1
}

async function measureAll(workspace: Workspace, rows: readonly Row[], options: Options): Promise<RowResult[]> {
  const repeatUntilMs = performance.now() + REPEAT_FOR_MS
  const results: RowResult[] = []
  for (const row of rows) {
    const rounds = row.targets.length > 0 ? options.rounds : Math.ceil(options.rounds / 3)
    progress(`${row.id}: ${rounds} rounds of ${row.peers.map(({ name }) => name).join(', ')}`)
    const effort = { rounds, seconds: options.seconds, warmUpSeconds: options.seconds, repeatUntilMs }
    const result = await measureRow(workspace, row, effort)
    progress('')
    process.stdout.write(`${resultTable([result])}\n\n`)
    results.push(result)
  }
  return results
}

/** Of the rows with a promise, in which the server is what works. */
async function profileAll(workspace: Workspace, rows: readonly Row[]): Promise<Map<string, Profile>> {
  const profiles = new Map<string, Profile>()
  for (const row of rows) {
    const { kind } = row.work
    if (row.targets.length === 0 || kind === 'idle' || kind === 'start' || kind === 'latency') continue
    progress(`${row.id}: profile`)
    profiles.set(row.id, await profilePeer(workspace, row, row.peers[0]!, PROFILE_SECONDS))
  }
  progress('')
  return profiles
}

function writeFiles(effort: Options, machine: Machine, measured: Measured): void {
  const { results, profiles } = measured
  const notes = readFileSync(join(BENCH, 'notes.md'), 'utf8')
  mkdirSync(join(BENCH, 'results'), { recursive: true })
  writeFileSync(LATEST, toJson(effort, machine, measured))
  const docs = join(BENCH, '..', 'docs')
  writeFileSync(join(docs, 'performance.md'), performancePage({ effort, machine, results, profiles, notes }))
  const charts = join(docs, 'images', 'performance')
  mkdirSync(charts, { recursive: true })
  // Those of rows that are no more.
  for (const file of readdirSync(charts)) if (file.endsWith('.svg')) rmSync(join(charts, file))
  for (const result of results) {
    const chart = rowChart(result)
    if (chart !== undefined) writeFileSync(join(docs, chartPath(result.row.id)), chart)
  }
  process.stdout.write('Written: docs/performance.md with its charts, bench/results/latest.json\n')
}

/** On a terminal only: one line, overwritten. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}
