import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { contractText } from '../api.ts'
import { type Running, start } from '../run-command.ts'
import { attributesOf, type Collector, collector, type Metric } from './collector.ts'

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT_ID = '00f067aa0ba902b7'
const SECRET = 'SECRET-Tj3kd9'

let folder = ''
let contract = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hydrant-'))
  contract = path.join(folder, 'api.yaml')
  await writeFile(contract, contractText)
})
afterAll(async () => rm(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

/** Serves, publishes `times` prices and one that is refused, and stops. Gives what `/metrics` said before. */
async function serveAndPublish(times: number, ...options: string[]): Promise<{ text: string; stderr: string }> {
  await using running = start('serve', contract, '--port', '0', '--admin-port', '0', ...options)
  const url = await addressOf(running)
  const [, admin] = await running.printed('stdout', /Admin: {2}(\S+)\n/)
  for (let i = 0; i < times; i++) await publish(url, i)
  await publish(url, SECRET)
  const text = await (await fetch(`${admin}metrics`)).text()
  running.process.kill('SIGTERM')
  const { code, stderr } = await running.ended
  expect(code).toBe(0)
  return { text, stderr }
}

async function addressOf(running: Running): Promise<string> {
  const [, address = ''] = await running.printed('stdout', /Listening on (\S+)\n[^]*Page:.*\n/)
  return address
}

function publish(url: string, price: unknown): Promise<Response> {
  return fetch(`${url}/prices/AAPL?token=${SECRET}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${TRACE_ID}-${PARENT_ID}-01`, cookie: SECRET },
    body: JSON.stringify({ price }),
  })
}

function metric({ metrics }: Collector, name: string): Metric {
  const found = metrics.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no ${name} among ${metrics.map((each) => each.name).join(', ')}`)
  return found
}

describe('hydrant serve --otlp-endpoint', () => {
  it('sends spans and every metric to the collector, the last of them when it stops', async () => {
    await using receiver = await collector()
    const { text, stderr } = await serveAndPublish(3, '--otlp-endpoint', receiver.url)
    expect(stderr).not.toContain('WARNING')
    expect(new Set(receiver.exports.map((each) => each.path))).toEqual(new Set(['/v1/traces', '/v1/metrics']))
    expect(receiver.exports[0]!.headers['content-type']).toBe('application/json')

    const publishes = receiver.spans.filter(({ name }) => name === 'publish /prices/{symbol}')
    expect(publishes).toHaveLength(4)
    const [first] = publishes
    const request = receiver.spans.find(({ spanId }) => spanId === first!.parentSpanId)!
    expect(request).toMatchObject({ name: 'POST /prices/{symbol}', traceId: TRACE_ID, parentSpanId: PARENT_ID })
    const steps = receiver.spans.filter(({ parentSpanId }) => parentSpanId === first!.spanId)
    expect(steps.map(({ name }) => name)).toEqual(['validate', 'append'])
    expect(attributesOf(first!)).toMatchObject({ 'messaging.system': 'hydrant', 'hydrant.message.name': 'price' })
    expect(attributesOf(publishes[3]!)).toMatchObject({ 'error.type': 'message-invalid' })

    const published = metric(receiver, 'hydrant_messages_published_total')
    expect(published.sum).toMatchObject({ isMonotonic: true, aggregationTemporality: 2, dataPoints: [{ asDouble: 3 }] })
    const [point] = published.sum!.dataPoints
    expect(attributesOf(point!)).toEqual({ channel: '/prices/{symbol}', door: 'http' })
    const validation = metric(receiver, 'hydrant_validation_duration_seconds')
    const [histogram] = validation.histogram!.dataPoints
    expect(validation.unit).toBe('s')
    expect(histogram).toMatchObject({ count: 4 })
    expect(histogram!.bucketCounts).toHaveLength(histogram!.explicitBounds!.length + 1)
    expect(histogram!.bucketCounts!.reduce((sum, count) => sum + count, 0)).toBe(4)
    expect(metric(receiver, 'hydrant_connection_queue_bytes')).toMatchObject({
      unit: 'By',
      gauge: { dataPoints: [{}] },
    })
    expect(metric(receiver, 'process_resident_memory_bytes').gauge!.dataPoints[0]!.asDouble).toBeGreaterThan(1e6)

    // The same metrics as on /metrics, as far as they say something.
    const told = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name!)
    const saying = told.filter((name) => new RegExp(`^${name}(?:_bucket)?(?:\\{.*\\})? [-+\\d]`, 'm').test(text))
    expect(saying.length).toBeGreaterThan(40)
    const sent = new Set(receiver.metrics.map(({ name }) => name))
    expect(saying.filter((name) => !sent.has(name))).toEqual([])
  })

  it('[D04] tells no secret of a request, and nothing of the command line', async () => {
    await using receiver = await collector()
    await serveAndPublish(1, '--otlp-endpoint', receiver.url)
    const text = JSON.stringify(receiver.exports)
    expect(receiver.spans.length).toBeGreaterThan(5)
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain('otlp-endpoint')
  })

  it('takes the variables of the standard: endpoint, headers, service, sampler, interval', async () => {
    await using receiver = await collector()
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `${receiver.url}/base/`)
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-tenant=a')
    vi.stubEnv('OTEL_SERVICE_NAME', 'market')
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=test')
    vi.stubEnv('OTEL_TRACES_SAMPLER', 'always_off')
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '50')
    await using running = start('serve', contract, '--port', '0', '--no-admin')
    await publish(await addressOf(running), 1)
    const { path: to, headers } = await receiver.next('/base/v1/metrics')
    expect([to, headers['x-tenant']]).toEqual(['/base/v1/metrics', 'a'])
    expect(receiver.resource).toMatchObject({
      'service.name': 'market',
      'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
      'deployment.environment.name': 'test',
    })
    running.process.kill('SIGTERM')
    await running.ended
    expect(receiver.spans).toEqual([])
  })

  it('sends one signal alone, and each where its own variable says', async () => {
    await using receiver = await collector()
    vi.stubEnv('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', `${receiver.url}/only/traces`)
    await serveAndPublish(1)
    expect(new Set(receiver.exports.map((each) => each.path))).toEqual(new Set(['/only/traces']))
    vi.stubEnv('OTEL_TRACES_EXPORTER', 'none')
    const before = receiver.exports.length
    await serveAndPublish(1, '--otlp-endpoint', receiver.url)
    expect(new Set(receiver.exports.slice(before).map((each) => each.path))).toEqual(new Set(['/v1/metrics']))
  })

  it('says once that the collector cannot be reached, serves all the same, and stops', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '200')
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '50')
    const closed = await collector()
    await closed[Symbol.asyncDispose]()
    await using running = start('serve', contract, '--port', '0', '--no-admin', '--otlp-endpoint', closed.url)
    const url = await addressOf(running)
    await running.printed('stderr', /WARNING: OpenTelemetry: .*\n/)
    expect((await publish(url, 1)).status).toBe(201)
    running.process.kill('SIGTERM')
    const { code, stderr } = await running.ended
    expect(code).toBe(0)
    expect(stderr.match(/WARNING/g)).toHaveLength(1)
  })
})
