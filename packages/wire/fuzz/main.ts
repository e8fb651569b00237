import { parseArgs } from 'node:util'
import { EXECUTIONS, fuzzOnce } from './engine-fuzz.ts'

const HELP = `Feeds the engine hostile bytes and checks its invariants: handshake, frames, inflate.

  npm run fuzz -w packages/wire -- --seconds 60
  npm run fuzz -w packages/wire -- --seed 12345 --runs 1     repeats one failing seed

Options:
  --seconds N   how long (default 60)
  --seed N      the first seed (default: random; it is printed)
  --runs N      how many seeds at most
  --help        this text
`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    runs: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) process.stdout.write(HELP)
else
  process.exitCode = fuzz(number('seconds', values.seconds), number('seed', values.seed), number('runs', values.runs))

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d+(?:\.\d+)?$/.test(text)) {
    process.stderr.write(`fuzz: --${name} takes a number, not "${text}"\n`)
    process.exit(1)
  }
  return Number(text)
}

function fuzz(seconds = 60, first = Math.floor(Math.random() * 1e9), runs = Infinity): number {
  process.stdout.write(`seed ${first}\n`)
  const started = performance.now()
  const seconded = (): number => (performance.now() - started) / 1_000
  let done = 0
  let reported = 0
  while (done < runs && seconded() < seconds) {
    try {
      fuzzOnce(first + done)
    } catch (error) {
      process.stdout.write(`FAILED ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
      process.stdout.write(`again with: npm run fuzz -w packages/wire -- --seed ${first + done} --runs 1\n`)
      return 1
    }
    done++
    if (seconded() - reported >= 10) {
      reported = seconded()
      process.stdout.write(`${Math.round(reported)} s: ${done * EXECUTIONS} executions\n`)
    }
  }
  const rate = Math.round((done * EXECUTIONS) / seconded())
  process.stdout.write(`${done * EXECUTIONS} executions, ${rate}/s, no invariant broken\n`)
  return 0
}
