import { createRequire } from 'node:module'
import type { MetricSnapshot } from '@hydrant/server'
import { diag, type DiagLogFunction, DiagLogLevel, type TracerProvider } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Terminal } from '../output/terminal.ts'
import { metricProducer } from './metric-producer.ts'
import type { Targets } from './targets.ts'

// As far from `src` as from `dist`.
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

/** A collector that is down is spoken of at most once in this time. */
const QUIET_MS = 60_000

/**
 * Sends traces and metrics to a collector. This is the one file that loads the SDK of OpenTelemetry, which reads the variables of the
 * standard itself: name and attributes of the service, sampler, headers, timeouts, certificates.
 */
export class Telemetry implements AsyncDisposable {
  /** For the server; undefined when traces go nowhere. */
  readonly tracing: TracerProvider | undefined
  readonly #targets: Targets
  readonly #terminal: Terminal
  readonly #closeTimeoutMs: number
  readonly #resource: Resource
  readonly #spans: BasicTracerProvider | undefined
  #metrics: MeterProvider | undefined

  /** `closeTimeoutMs`: how long the last of both may take at the end. */
  constructor(targets: Targets, closeTimeoutMs: number, terminal: Terminal) {
    this.#targets = targets
    this.#terminal = terminal
    this.#closeTimeoutMs = closeTimeoutMs
    diag.setLogger(noticesTo(terminal), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
    // The detectors of the process would tell its arguments.
    this.#resource = defaultResource()
      .merge(resourceFromAttributes({ 'service.name': 'hydrant', 'service.version': version }))
      .merge(detectResources({ detectors: [serviceInstanceIdDetector, envDetector] }))
    if (targets.traces === undefined) return
    this.#spans = new BasicTracerProvider({
      resource: this.#resource,
      spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: targets.traces }))],
    })
    this.tracing = this.#spans
  }

  /** Sends the metrics from now on, each time anew. */
  watch(read: () => Promise<readonly MetricSnapshot[]>): void {
    const { metrics, metricsIntervalMs } = this.#targets
    if (metrics === undefined) return
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: metrics }),
      exportIntervalMillis: metricsIntervalMs,
      metricProducers: [metricProducer(read, Date.now())],
    })
    this.#metrics = new MeterProvider({ resource: this.#resource, readers: [reader] })
  }

  /** Sends what is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    const sent = Promise.allSettled([this.#spans?.shutdown(), this.#metrics?.shutdown()]).then(() => true)
    const timeout = Promise.withResolvers<boolean>()
    const timer = setTimeout(() => timeout.resolve(false), this.#closeTimeoutMs)
    const isSent = await Promise.race([sent, timeout.promise])
    clearTimeout(timer)
    if (!isSent) this.#terminal.note('hydrant: WARNING: the last traces and metrics may not have been sent')
  }
}

/** What the SDK complains of, as one line for the person who watches. */
function noticesTo(terminal: Terminal): Record<'error' | 'warn' | 'info' | 'debug' | 'verbose', DiagLogFunction> {
  let quietUntilMs = 0
  const say = (text: string): void => {
    if (Date.now() < quietUntilMs) return
    quietUntilMs = Date.now() + QUIET_MS
    terminal.note(`hydrant: WARNING: OpenTelemetry: ${messageOf(text)}`)
  }
  const nothing = (): void => {}
  return { error: say, warn: say, info: nothing, debug: nothing, verbose: nothing }
}

/** Errors come as the JSON of their fields. */
function messageOf(text: string): string {
  try {
    const { message, code } = JSON.parse(text) as { message?: string; code?: string }
    // Where several addresses of a host were tried the message is empty.
    return message || code || text
  } catch {
    return text
  }
}
