// npm run prove -- --seconds 120 --seed 1
import { parseArgs } from 'node:util'
import { prove } from './prove.ts'

const HELP = `Proves the delivery promises on real sockets and processes: publishers, readers of every door, the client on a socket and on its
fallback, and faults.

  npm run prove -- [--seconds 120] [--seed N] [--json]

Prints what was acknowledged, seen and broken; exits with 1 when a promise was broken or somebody did not catch up.`

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const seconds = Number(values.seconds)
const seed = values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed)
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  console.error('expected --seconds above 0 and a whole --seed')
  process.exit(2)
}

console.error(`seed ${seed}, ${seconds} s`)
const result = await prove({ seconds, seed, onProgress: (line) => console.error(line) })
const { violations, notDrained, clientErrors, ...figures } = result
console.log(values.json ? JSON.stringify(result) : JSON.stringify(figures, null, 2))
for (const { rule, subscriber, detail } of violations.slice(0, 20)) console.error(`${rule} (${subscriber}): ${detail}`)
if (notDrained.length > 0) console.error(`did not catch up: ${notDrained.join(', ')}`)
for (const error of clientErrors) console.error(`a client reported ${error}`)
console.error(`${violations.length} violations`)
process.exitCode = violations.length + notDrained.length + clientErrors.length > 0 ? 1 : 0
