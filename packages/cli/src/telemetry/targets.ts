import type { SettingsInForce } from '@hydrant/server/settings'
import { CommandError } from '../exit-codes.ts'

/** Where traces and metrics go. Undefined for what goes nowhere. */
export interface Targets {
  readonly traces: string | undefined
  readonly metrics: string | undefined
  /** From one export of the metrics to the next. */
  readonly metricsIntervalMs: number
}

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_INTERVAL_MS = 60_000

/**
 * Reads `--otlp-endpoint` and the variables of OpenTelemetry that say what is exported and where to; the SDK reads the others itself.
 * Undefined when nothing is exported. Throws CommandError (usage).
 */
export function telemetryTargets(settings: SettingsInForce, environment: Environment): Targets | undefined {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined
  const traces = targetOf('TRACES', settings, environment)
  const metrics = targetOf('METRICS', settings, environment)
  if (traces === undefined && metrics === undefined) return undefined
  return { traces, metrics, metricsIntervalMs: intervalOf(environment) }
}

/** A flag comes before the signal's own variable, and that before what is said for all signals. */
function targetOf(
  signal: 'TRACES' | 'METRICS',
  settings: SettingsInForce,
  environment: Environment,
): string | undefined {
  if (!isExported(`OTEL_${signal}_EXPORTER`, environment)) return undefined
  const { value, source, where = 'otlpEndpoint' } = settings.of('otlpEndpoint')
  const variable = `OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`
  const own = given(environment, variable)
  if (own !== undefined && source !== 'flag') {
    checkProtocol(signal, environment)
    return urlOf(own, variable).href
  }
  if (typeof value !== 'string') return undefined
  checkProtocol(signal, environment)
  const base = urlOf(value, where)
  base.pathname = `${base.pathname.replace(/\/$/, '')}/v1/${signal.toLowerCase()}`
  return base.href
}

function isExported(variable: string, environment: Environment): boolean {
  const exporter = given(environment, variable) ?? 'otlp'
  if (exporter !== 'otlp' && exporter !== 'none') throw unusable(variable, 'otlp or none', exporter)
  return exporter === 'otlp'
}

/** Whoever takes OTLP over HTTP takes JSON, also where protobuf is what it asks for. */
function checkProtocol(signal: string, environment: Environment): void {
  const own = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`
  const variable = given(environment, own) === undefined ? 'OTEL_EXPORTER_OTLP_PROTOCOL' : own
  const protocol = given(environment, variable) ?? 'http/json'
  if (!protocol.startsWith('http/')) throw unusable(variable, 'http/json', protocol)
}

function urlOf(text: string, where: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw unusable(where, 'an http: or https: URL, such as http://localhost:4318', text)
  }
  // Settings are shown to operators, and what is in them is no secret.
  if (url.username !== '' || url.password !== '') {
    throw unusable(where, 'a URL without credentials, which go into OTEL_EXPORTER_OTLP_HEADERS', `…@${url.host}`)
  }
  return url
}

function intervalOf(environment: Environment): number {
  const variable = 'OTEL_METRIC_EXPORT_INTERVAL'
  const text = given(environment, variable) ?? String(DEFAULT_INTERVAL_MS)
  const ms = Number(text)
  if (!/^\d{1,9}$/.test(text) || ms === 0) throw unusable(variable, 'milliseconds, such as 60000', text)
  return ms
}

/** An empty variable is one that is not set. */
function given(environment: Environment, variable: string): string | undefined {
  return environment[variable] || undefined
}

function unusable(where: string, expected: string, got: string): CommandError {
  return new CommandError('usage', `${where}: expected ${expected}, got ${JSON.stringify(got)}`)
}
