import { parseArgs } from 'node:util'
import { runSeed, TARGETS } from './targets.ts'
import type { FuzzTarget } from './target.ts'

const HELP = `Feeds hostile input to what reads input of strangers, and checks invariants after each step.

  npm run fuzz -- --target frames --seconds 600
  npm run fuzz -- --target frames --seed 12345 --runs 1     repeats one failing seed

Options:
  --target NAME   one of those below; may be repeated (default: all, one after the other)
  --seconds N     how long, for each target (default 60)
  --seed N        the first seed (default: random; it is printed)
  --runs N        at most so many seeds
  --help          this text

Targets:
${TARGETS.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}

Exit code: 0 when every invariant held, 1 when one did not (the failing seed is printed), 2 for a wrong command line.
`

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const options = parse(args)
  if (typeof options === 'string') {
    const isHelp = options === HELP
    ;(isHelp ? process.stdout : process.stderr).write(isHelp ? HELP : `fuzz: ${options}\n`)
    return isHelp ? 0 : 2
  }
  let code = 0
  for (const target of options.targets) code = Math.max(code, await fuzz(target, options))
  return code
}

interface Options {
  readonly targets: readonly FuzzTarget[]
  readonly seconds: number
  readonly seed: number
  readonly runs: number
}

function parse(args: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        target: { type: 'string', multiple: true, default: [] },
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
        runs: { type: 'string', default: 'Infinity' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return HELP
    const unknown = values.target.find((name) => !TARGETS.some((target) => target.name === name))
    if (unknown !== undefined)
      return `--target: no "${unknown}"; there are ${TARGETS.map(({ name }) => name).join(', ')}`
    const [seconds, seed, runs] = [Number(values.seconds), Number(values.seed), Number(values.runs)]
    if (!(seconds > 0)) return `--seconds takes a number above 0, not "${values.seconds}"`
    if (!Number.isSafeInteger(seed) || seed < 0) return `--seed takes a whole number, not "${values.seed}"`
    if (!(runs >= 1)) return `--runs takes a whole number from 1, not "${values.runs}"`
    const targets = TARGETS.filter(({ name }) => values.target.length === 0 || values.target.includes(name))
    return { targets, seconds, seed, runs }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function fuzz(target: FuzzTarget, { seconds, seed, runs }: Options): Promise<number> {
  process.stdout.write(`${target.name}: first seed ${seed}\n`)
  const started = performance.now()
  const elapsed = (): number => (performance.now() - started) / 1_000
  let done = 0
  let reported = 0
  while (done < runs && elapsed() < seconds) {
    try {
      await runSeed(target, seed + done)
    } catch (error) {
      process.stdout.write(
        `${target.name}: FAILED ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      )
      process.stdout.write(`again with: npm run fuzz -- --target ${target.name} --seed ${seed + done} --runs 1\n`)
      return 1
    }
    done++
    if (elapsed() - reported >= 30) {
      reported = elapsed()
      process.stdout.write(`${target.name}: ${Math.round(reported)} s, ${done} executions\n`)
    }
  }
  const rate = Math.round(done / elapsed())
  process.stdout.write(
    `${target.name}: ${done} executions in ${Math.round(elapsed())} s, ${rate}/s, no invariant broken\n`,
  )
  return 0
}
