import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BENCH } from '../runner/workspace.ts'
import type { Ratios } from './rounds.ts'
import { MOST_LOSS, verdicts } from './verdict.ts'

/**
 * `npm run bench:guard [-- --write]`: whether the engine's echo, a fan-out or a publish has become slower, in JavaScript alone. What
 * is compared is each one's CPU time as a multiple of a fixed piece of JavaScript's in the same process, so that the machine
 * falls out of it. `--write` commits what was measured to results/guard.json. Exit code: 0, 1 after a loss of more than 15%.
 */
const FILE = join(BENCH, 'results', 'guard.json')
const PROCESSES = 7
const ROUNDS = 60
const SLICE_MS = 8

const measured = Array.from({ length: PROCESSES }, measureOnce)
const writes = process.argv.includes('--write')
const committed = writes ? {} : (JSON.parse(readFileSync(FILE, 'utf8')) as { ratios: Ratios }).ratios
const results = verdicts(committed, measured)
for (const { name, committed: before, measured: now, loss, isTooSlow } of results) {
  const change =
    before === undefined ? 'new' : `${before} committed, ${(loss * 100).toFixed(1)}% ${isTooSlow ? 'SLOWER' : 'loss'}`
  process.stdout.write(`${name.padEnd(16)}${now.toFixed(3)} of the control (${change})\n`)
}
if (writes) {
  const ratios = Object.fromEntries(results.map(({ name, measured: now }) => [name, Number(now.toFixed(3))]))
  writeFileSync(FILE, `${JSON.stringify({ node: process.version, ratios }, undefined, 2)}\n`)
} else if (results.some(({ isTooSlow }) => isTooSlow)) {
  process.stderr.write(
    `bench:guard: more than ${MOST_LOSS * 100}% slower than committed in bench/results/guard.json. Where that is meant: npm run bench:guard -- --write\n`,
  )
  process.exitCode = 1
} else if (results.some(({ loss }) => loss < -MOST_LOSS)) {
  process.stdout.write('Faster by so much that a loss would not be seen: npm run bench:guard -- --write\n')
}

function measureOnce(): Ratios {
  const flags = ['--conditions=@hydrant/source', '--disable-warning=ExperimentalWarning']
  const script = join(BENCH, 'guard', 'process.ts')
  const { status, stderr, stdout } = spawnSync(process.execPath, [...flags, script, String(ROUNDS), String(SLICE_MS)], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  if (status !== 0) throw new Error(`a process of the guard failed: ${stderr}`)
  return JSON.parse(stdout) as Ratios
}
