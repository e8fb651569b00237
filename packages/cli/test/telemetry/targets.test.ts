import { readSettings } from '@hydrant/server/settings'
import { describe, expect, it } from 'vitest'
import { CommandError } from '../../src/exit-codes.ts'
import { type Targets, telemetryTargets } from '../../src/telemetry/targets.ts'

type Environment = Readonly<Record<string, string>>

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
const BOTH = { traces: 'http://collector:4318/v1/traces', metrics: 'http://collector:4318/v1/metrics' }
const OWN = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://spans.example/in' }

async function targets(environment: Environment, flag?: string): Promise<Targets | undefined> {
  return telemetryTargets(await readSettings({ environment, flags: { otlpEndpoint: flag } }), environment)
}

describe('where traces and metrics go', () => {
  it.each<[string, Environment, string | undefined, Partial<Targets> | undefined]>([
    ['nowhere, when nothing is said', {}, undefined, undefined],
    ['where the variable says', ENDPOINT, undefined, BOTH],
    [
      'below a path',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c/base/' },
      undefined,
      { traces: 'http://c/base/v1/traces' },
    ],
    [
      'where the flag says, before any variable',
      { ...ENDPOINT, ...OWN },
      'http://other',
      { traces: 'http://other/v1/traces' },
    ],
    [
      'where their own variable says',
      { ...ENDPOINT, ...OWN },
      undefined,
      { ...BOTH, traces: 'https://spans.example/in' },
    ],
    [
      'where their own variable says, and the others nowhere',
      OWN,
      undefined,
      { traces: 'https://spans.example/in', metrics: undefined },
    ],
    [
      'nowhere, for one of them',
      { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' },
      undefined,
      { ...BOTH, traces: undefined },
    ],
    ['nowhere, when the SDK is off', { ...ENDPOINT, OTEL_SDK_DISABLED: 'True' }, undefined, undefined],
    [
      'by HTTP, also where protobuf is asked for',
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
      undefined,
      BOTH,
    ],
    ['each minute', ENDPOINT, undefined, { metricsIntervalMs: 60_000 }],
    [
      'as often as the variable says',
      { ...ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL: '1' },
      undefined,
      { metricsIntervalMs: 1 },
    ],
  ])('%s', async (_title, environment, flag, expected) => {
    const found = await targets(environment, flag)
    if (expected === undefined) expect(found).toBeUndefined()
    else expect(found).toMatchObject(expected)
  })

  it('is refused with credentials in it, which are not repeated', async () => {
    const refused = await targets({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://ann:SECRET@collector:4318' }).catch(String)
    expect(refused).toContain('OTEL_EXPORTER_OTLP_HEADERS, got "…@collector:4318"')
    expect(refused).not.toMatch(/SECRET|ann/)
  })

  it.each<[Environment, string]>([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT: expected an http: or https: URL'],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'grpc://x' }, 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: expected an http:'],
    [
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      'OTEL_EXPORTER_OTLP_PROTOCOL: expected http/json, got "grpc"',
    ],
    [{ ...OWN, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: expected http/json'],
    [{ ...ENDPOINT, OTEL_METRICS_EXPORTER: 'prometheus' }, 'OTEL_METRICS_EXPORTER: expected otlp or none'],
    [{ ...ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL: '0' }, 'OTEL_METRIC_EXPORT_INTERVAL: expected milliseconds'],
    [{ ...ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL: '60s' }, 'OTEL_METRIC_EXPORT_INTERVAL: expected milliseconds'],
  ])('is refused where it cannot be used: %o', async (environment, complaint) => {
    const refused = await targets(environment).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(CommandError)
    expect((refused as CommandError).message).toContain(complaint)
  })
})
