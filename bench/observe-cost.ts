/**
 * `node --conditions=@hydrant/source bench/observe-cost.ts [rounds] [traces]`: what watching costs a fan-out. Two servers, one that
 * watches everything (log at `info`, quarantine, schema statistics, metrics read once a second, an admin listener with a console open
 * on it that follows every live channel and asks for connections and messages as its views do; with `traces` also spans of one publish
 * in a hundred) and one that watches nothing, take turns in one process and are read by one other process, where the console is as
 * well. Prints the throughput of each round, the ratio of the pairs, and the same for the server's processor time, which neighbours on
 * the machine disturb less. Both medians have to be 0.95 or more.
 */
import { fork } from 'node:child_process'
import { connect } from 'node:net'
import { createHydrant, type HydrantOptions } from '@hydrant/server'
import { BasicTracerProvider, BatchSpanProcessor, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace-base'

const READERS = 200
const PUBLISHES = 8000
/** Published in one turn of the event loop. */
const BURST = 10

const CONTRACT = {
  asyncapi: '3.1.0',
  info: { title: 'Trades', version: '1.0.0' },
  channels: { trades: { address: '/trades', messages: { trade: { $ref: '#/components/messages/trade' } } } },
  operations: { send: { action: 'send', channel: { $ref: '#/channels/trades' } } },
  components: {
    messages: {
      trade: {
        payload: {
          type: 'object',
          required: ['symbol', 'price', 'size'],
          properties: { symbol: { type: 'string' }, price: { type: 'number' }, size: { type: 'integer' } },
        },
      },
    },
  },
} as const

/** What the reading process is told. */
interface Order {
  readonly port: number
  /** For each connection. */
  readonly bytes: number
  /** Undefined: no console. */
  readonly adminUrl: string | undefined
}

if (process.send === undefined) await measure(Number(process.argv[2] ?? 10), process.argv[3] === 'traces')
else {
  process.on('message', ({ port, bytes, adminUrl }: Order) => {
    read(port, bytes)
    if (adminUrl !== undefined) void watch(adminUrl)
  })
}

async function measure(rounds: number, traces: boolean): Promise<void> {
  const log = { level: 'info', destination: { write: (): void => {} } } as const
  const tracing = traces ? oneInAHundred() : undefined
  const ratios: { wall: number; cpu: number }[] = []
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? [true, false] : [false, true]
    const results = new Map<boolean, { wall: number; cpu: number }>()
    for (const watched of order)
      results.set(watched, await fanOut(watched ? { log, tracing } : { quarantine: false, traffic: false }, watched))
    const [on, off] = [results.get(true)!, results.get(false)!]
    const ratio = { wall: off.wall / on.wall, cpu: off.cpu / on.cpu }
    // The first round warms up.
    if (round === 0) continue
    ratios.push(ratio)
    const rate = (ms: number): string => `${Math.round((READERS * PUBLISHES) / ms)}k/s`
    console.log(
      `on ${rate(on.wall)} off ${rate(off.wall)} ratio ${ratio.wall.toFixed(3)} processor ${ratio.cpu.toFixed(3)}`,
    )
  }
  const median = (values: number[]): string => values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(3)
  console.log(
    `median of ${rounds}: throughput ${median(ratios.map(({ wall }) => wall))}, processor ${median(ratios.map(({ cpu }) => cpu))}`,
  )
}

async function fanOut(options: Partial<HydrantOptions>, watched: boolean): Promise<{ wall: number; cpu: number }> {
  await using hydrant = createHydrant({
    contract: CONTRACT,
    limits: { pingIntervalMs: 0, maxOutboxBytes: 1 << 26, maxConnectionsPerAddress: 0 },
    ...options,
  })
  const { port } = await hydrant.listen({ port: 0 })
  const trade = { symbol: 'AAPL', price: 187.25, size: 100 }
  const reader = fork(new URL(import.meta.url), [], { execArgv: process.execArgv })
  const frame = 2 + JSON.stringify(trade).length
  const admin = watched ? await hydrant.listenAdmin({ port: 0 }) : undefined
  reader.send({ port, bytes: PUBLISHES * frame, adminUrl: admin?.url } satisfies Order)
  await new Promise((ready) => reader.once('message', ready))
  const scrape = setInterval(() => void (admin && fetch(`${admin.url}/metrics`).then((answer) => answer.text())), 1000)
  const done = new Promise((finished) => reader.once('message', finished))
  const startedMs = performance.now()
  const cpu = process.cpuUsage()
  for (let i = 0; i < PUBLISHES; i += BURST) {
    for (let j = 0; j < BURST; j++) void hydrant.publish('/trades', trade)
    await new Promise(setImmediate)
  }
  await done
  const { user, system } = process.cpuUsage(cpu)
  const result = { wall: performance.now() - startedMs, cpu: user + system }
  clearInterval(scrape)
  reader.kill()
  return result
}

/** Reads as fast as it can, and says when every connection has had its bytes. */
function read(port: number, bytes: number): void {
  let open = 0
  let finished = 0
  for (let i = 0; i < READERS; i++) {
    let seen = -1
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        'GET /trades HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      )
    })
    socket.on('data', (chunk) => {
      if (seen < 0) {
        if (!chunk.includes('101 ')) throw new Error(chunk.toString())
        seen = 0
        if (++open === READERS) process.send!('ready')
        return
      }
      seen += chunk.length
      if (seen >= bytes && ++finished === READERS) process.send!('done')
    })
  }
}

/** What an open console asks for. */
async function watch(adminUrl: string): Promise<void> {
  const channels = ['/overview', '/channels', '/connections', '/quarantine', '/log'].map((channel) => ({ channel }))
  const socket = new WebSocket(`${adminUrl.replace('http', 'ws')}/-/connect`, 'hydrant.v1')
  socket.onopen = () => socket.send(JSON.stringify({ op: 'subscribe', id: 1, channels }))
  for (;;) {
    for (const path of ['/connections?limit=300', '/messages?limit=300']) await (await fetch(adminUrl + path)).text()
    await new Promise((later) => setTimeout(later, 2_000))
  }
}

function oneInAHundred(): BasicTracerProvider {
  const exporter = {
    export: (_spans: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
    shutdown: () => Promise.resolve(),
  }
  return new BasicTracerProvider({
    sampler: new TraceIdRatioBasedSampler(0.01),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  })
}
