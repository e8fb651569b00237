import { parseArgs } from 'node:util'
import { KINDS } from '../servers/kinds.ts'
import { drawChart } from './chart.ts'
import { soak } from './soak.ts'
import { writeFileSync } from 'node:fs'

const HELP = `Keeps a server busy with honest and hostile connections that come and go, and tells whether its memory grows.

  npm run soak -- --minutes 10 --connections 5000

Options:
  --minutes N       how long is measured (default 10), after half of that to warm up
  --churn PERCENT   how many of them are replaced each minute (default 10)
  --connections N   how many at once (default 5000); needs as many file descriptors here and in the server (ulimit -n)
  --chart FILE      where the chart goes, as PNG (default: none)
  --results FILE    where the figures go, as JSON (default: none)
  --help            this text

Exit code: 0 when what is held after a collection does not grow beyond the noise, resident memory neither or it levels off, in all and
outside V8's heap, no honest connection was cut and nothing broke; 1 otherwise, 2 for a wrong command line.
`

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let values
  try {
    values = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '10' },
        connections: { type: 'string', default: '5000' },
        churn: { type: 'string', default: '10' },
        chart: { type: 'string' },
        results: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const [minutes, connections, churn] = [values.minutes, values.connections, values.churn].map(Number) as [
    number,
    number,
    number,
  ]
  if (!(minutes > 0) || !Number.isInteger(connections) || connections < 10 || !(churn >= 0)) {
    process.stderr.write(
      'soak: --minutes takes a number above 0, --connections a whole number from 10, --churn a number from 0\n',
    )
    return 2
  }
  const result = await soak(KINDS[0]!, {
    minutes,
    connections,
    churnShare: churn / 100,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  })
  process.stdout.write(`${result.summary.join('\n')}\n`)
  if (values.results !== undefined) writeFileSync(values.results, `${JSON.stringify(result, null, 1)}\n`)
  if (values.chart !== undefined) await drawChart(result, values.chart)
  return result.passed ? 0 : 1
}
