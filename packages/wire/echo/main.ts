import { parseArgs } from 'node:util'
import { runConformance } from './conformance-client.ts'
import { EchoServer } from './server.ts'

const HELP = `A bare echo server on the engine, for conformance suites; or the client under test.

  npm run echo -w packages/wire -- --port 9001
  npm run echo -w packages/wire -- --port 9001 --deflate --max-message 16777216 --max-fragments 65537
  npm run echo -w packages/wire -- --connect ws://127.0.0.1:9001 --agent hydrant --deflate

Options:
  --port N            port to listen on (default 9001; 0 takes a free one)
  --host ADDRESS      address to listen on (default 127.0.0.1)
  --connect URL       be the client of a server that speaks the Autobahn fuzzing-server protocol
  --agent NAME        name in that server's reports (default hydrant)
  --max-message BYTES largest message (default 65536)
  --max-fragments N   most fragments of a message (default 1024)
  --deflate           agree to permessage-deflate, and compress messages of any size
  --help              this text
`

try {
  await main()
} catch (error) {
  process.stderr.write(`echo: ${explain(error)}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9001' },
      host: { type: 'string', default: '127.0.0.1' },
      connect: { type: 'string' },
      agent: { type: 'string', default: 'hydrant' },
      'max-message': { type: 'string', default: '65536' },
      'max-fragments': { type: 'string', default: '1024' },
      deflate: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  const limits = {
    maxMessageBytes: wholeNumber('--max-message', values['max-message'], 1, Number.MAX_SAFE_INTEGER),
    maxFragments: wholeNumber('--max-fragments', values['max-fragments'], 1, Number.MAX_SAFE_INTEGER),
  }
  const deflate = values.deflate ? { threshold: 0 } : false

  if (values.connect !== undefined) {
    const total = await runConformance(values.connect, {
      agent: values.agent,
      limits,
      deflate,
      onProgress: (done, of) => {
        if (process.stderr.isTTY) process.stderr.write(`\rcase ${done} of ${of}`)
      },
    })
    if (process.stderr.isTTY) process.stderr.write('\n')
    process.stdout.write(`${total} cases run as "${values.agent}"; the verdicts are in the server's report\n`)
    return
  }

  const server = new EchoServer({ limits, deflate })
  const port = await server.listen(wholeNumber('--port', values.port, 0, 65_535), values.host)
  const host = values.host.includes(':') ? `[${values.host}]` : values.host
  process.stdout.write(`echo on ws://${host}:${port}\n`)
  const stop = (): void => void server[Symbol.asyncDispose]()
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new RangeError(`${name} takes a whole number from ${min} to ${max}, not "${text}"`)
  }
  return value
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, address, port } = error as Error & { code?: string; address?: string; port?: number }
  const where = `${String(address)}:${String(port)}`
  if (code === 'EADDRINUSE') return `${where} is in use already; choose another --port`
  if (code === 'EACCES') return `not allowed to listen on ${where}; choose a --port above 1023`
  if (code === 'EADDRNOTAVAIL') return `${String(address)} is not an address of this machine`
  if (code === 'ECONNREFUSED') return `nothing listens on ${where}`
  return error.message
}
