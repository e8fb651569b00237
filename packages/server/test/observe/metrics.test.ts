import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { metricsReference } from '../../scripts/metrics-reference.ts'
import { METRICS } from '../../src/observe/metrics/metrics-table.ts'
import type { Service } from '../../src/service.ts'
import { post } from '../api.ts'
import { openSocket } from '../socket-client.ts'
import { has } from '../strangers/available.ts'
import { doorsOf, publish, serviceOf } from './service.ts'

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0'
const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** A service that has seen something of everything that has a metric. */
async function used(): Promise<Service> {
  const service = serviceOf({ insecureNoAuthentication: true })
  await using doors = await doorsOf(service)
  const socket = await openSocket(`${doors.wsUrl}/short`)
  await openSocket(`${doors.wsUrl}/nowhere`).catch(() => {})
  await openSocket(`${doors.wsUrl}/short`, { headers: { origin: 'https://evil.example' } }).catch(() => {})
  for (let i = 0; i < 10; i++) await post(`${doors.url}/short`, String(i))
  await post(`${doors.url}/prices/AAPL`, { price: 'x' })
  for (let i = 0; i < 10; i++) await socket.next()
  const late = await openSocket(`${doors.wsUrl}/short?since=${socket.position!}`)
  await late.next()
  const again = await openSocket(`${doors.wsUrl}/short?since=${late.position!}&envelope=true`)
  await again.next()
  service.observer.limitHit('max-message')
  service.observer.channel({ address: '/quotes' }).readers.socket.conflated++
  service.observer.channel({ address: '/short' }).readers.websocket.resumed++
  socket.socket.close()
  await socket.closed
  for (const each of [late, again]) each[Symbol.dispose]()
  return service
}

describe('metrics', () => {
  let service: Service
  let text: string
  beforeAll(async () => {
    service = await used()
    text = (await service.metrics.text()).body
  })

  it('count each delivery of a burst that is handed out before the turn is over', async () => {
    const busy = serviceOf()
    await using doors = await doorsOf(busy)
    using socket = await openSocket(`${doors.wsUrl}/prices/AAPL`)
    for (let i = 0; i < 1025; i++) void publish(busy, '/prices/AAPL', { price: i })
    for (let i = 0; i < 1025; i++) await socket.next()
    // Two batches: 1,024 messages at once, and the last one at the end of the turn.
    expect(busy.observer.channel({ address: '/prices/{symbol}' }).delivery.count).toBe(2)
  })

  it('count handshakes, messages, gaps and denials where they happen', () => {
    const lines = text.split('\n')
    for (const expected of [
      'hydrant_handshakes_total{door="websocket",outcome="accepted"} 3',
      'hydrant_handshakes_total{door="websocket",outcome="channel-unknown"} 1',
      'hydrant_handshakes_total{door="websocket",outcome="forbidden-origin"} 1',
      'hydrant_auth_denials_total{reason="forbidden-origin"} 1',
      'hydrant_messages_published_total{channel="/short",door="http"} 10',
      'hydrant_messages_published_bytes_total{channel="/short",door="http"} 10',
      'hydrant_messages_refused_total{channel="/prices/{symbol}",door="http",code="message-invalid"} 1',
      'hydrant_gaps_total{channel="/short",door="websocket",reason="history-trimmed"} 2',
      'hydrant_messages_dropped_total{channel="/short",door="websocket"} 14',
      'hydrant_validation_duration_seconds_count{channel="/short"} 10',
      'hydrant_append_duration_seconds_count{channel="/short"} 10',
      'hydrant_quarantine_messages 1',
      'hydrant_http_requests_total{door="http",method="POST",status="2xx"} 10',
      'hydrant_http_requests_total{door="http",method="POST",status="4xx"} 1',
      'hydrant_http_request_duration_seconds_count{door="http"} 11',
      'hydrant_insecure_settings{setting="insecureNoAuthentication"} 1',
    ]) {
      expect(lines).toContain(expected)
    }
    expect(text).toMatch(/hydrant_delivery_duration_seconds_count\{channel="\/short"\} [1-9]/)
  })

  it('every metric of the table has a line, and every label that it names', () => {
    for (const { name, type, labels } of METRICS) {
      const line = text.split('\n').find((each) => each.startsWith(type === 'histogram' ? `${name}_bucket{` : name))
      expect(line, name).toBeDefined()
      for (const label of Object.keys(labels)) expect(line, name).toContain(`${label}="`)
    }
  })

  it('names follow the conventions: counters end in _total, units are seconds and bytes', () => {
    for (const { name, type } of METRICS) {
      expect(name.startsWith('hydrant_')).toBe(true)
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      expect(name).not.toMatch(/_(?:ms|milliseconds|kb|kilobytes)(?:_|$)/)
      if (type === 'histogram') expect(name).toMatch(/_seconds$/)
    }
  })

  it.runIf(has('promtool'))('promtool of Prometheus finds nothing wrong with them', () => {
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
    // Its style rules about names of others (prom-client's) are not ours.
    const ours = checked.stderr.split('\n').filter((line) => line.startsWith('hydrant') || line.includes('error'))
    expect(ours).toEqual([])
    expect(checked.status === 0 || checked.status === 3).toBe(true)
  })

  it.runIf(has('python3-prometheus-client'))('the parsers of the Python client read both formats', async () => {
    const open = await service.metrics.text(OPEN_METRICS)
    expect(open.contentType).toContain('application/openmetrics-text')
    for (const [parser, body] of [
      ['prometheus_client.parser', text],
      ['prometheus_client.openmetrics.parser', open.body],
    ] as const) {
      const program = `import sys\nfrom ${parser} import text_string_to_metric_families as p\nprint(sum(len(f.samples) for f in p(sys.stdin.read()) if f.name.startswith('hydrant_')))`
      const run = spawnSync('/usr/bin/python3', ['-c', program], { input: body, encoding: 'utf8' })
      expect(run.stderr).toBe('')
      expect(Number(run.stdout)).toBeGreaterThan(METRICS.length)
    }
  })

  it('answer the same in both formats, one after the other', async () => {
    const open = (await service.metrics.text(OPEN_METRICS)).body
    const again = (await service.metrics.text()).body
    const ours = (body: string): string[] => body.split('\n').filter((line) => line.startsWith('hydrant_'))
    expect(ours(open).toSorted()).toEqual(ours(again).toSorted())
    expect(open.endsWith('# EOF\n')).toBe(true)
  })

  it('100,000 concrete addresses and as many odd names add no series', async () => {
    const fresh = serviceOf()
    await publish(fresh, '/chat/first', { text: 'x' })
    const seriesOf = async (): Promise<number> =>
      (await fresh.metrics.text()).body.split('\n').filter((line) => line.startsWith('hydrant_')).length
    const before = await seriesOf()
    for (let i = 0; i < 100_000; i++) await publish(fresh, `/chat/room-${i}`, { text: 'x' })
    expect(await seriesOf()).toBe(before)
    for (let i = 0; i < 1000; i++) fresh.observer.limitHit(`odd-${i}`)
    expect(await seriesOf()).toBeLessThanOrEqual(before + 65)
  })

  it('docs/reference/metrics.md is current; if not: npm run reference -w @hydrant/server', () => {
    expect(read('../../../../docs/reference/metrics.md')).toBe(metricsReference())
  })

  it('the Grafana dashboard uses metrics that exist', () => {
    const dashboard = read('../../grafana/hydrant.json')
    const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] }
    const known = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!))
    const names = [...dashboard.matchAll(/\b(?:hydrant|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name)
    expect(panels.every(({ targets }) => targets.length > 0)).toBe(true)
    expect(names.length).toBeGreaterThan(30)
    for (const name of names) expect(known, name).toContain(name.replace(/_bucket$/, ''))
  })
})
