import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One attribute, as OTLP has it in JSON. */
interface KeyValue {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number; readonly boolValue?: boolean }
}

export interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly attributes: readonly KeyValue[]
}

interface Point {
  readonly attributes: readonly KeyValue[]
  readonly asDouble?: number
  readonly explicitBounds?: readonly number[]
  readonly bucketCounts?: readonly number[]
  readonly sum?: number
  readonly count?: number
}

interface Points {
  readonly dataPoints: readonly Point[]
  readonly isMonotonic?: boolean
  readonly aggregationTemporality?: number
}

export interface Metric {
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly sum?: Points
  readonly gauge?: Points
  readonly histogram?: Points
}

interface Export {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: {
    readonly resourceSpans?: readonly { resource: Resource; scopeSpans: readonly { spans: readonly Span[] }[] }[]
    readonly resourceMetrics?: readonly {
      resource: Resource
      scopeMetrics: readonly { metrics: readonly Metric[] }[]
    }[]
  }
}

interface Resource {
  readonly attributes: readonly KeyValue[]
}

/** A collector of OpenTelemetry as far as a test needs one: takes OTLP over HTTP in JSON, on a free port of loopback. */
export interface Collector extends AsyncDisposable {
  readonly url: string
  readonly exports: readonly Export[]
  readonly spans: readonly Span[]
  /** Of the newest export. */
  readonly metrics: readonly Metric[]
  /** Of the service that sends, by name. */
  readonly resource: Readonly<Record<string, unknown>>
  /** Waits for the next export to this path. */
  next(path: string): Promise<Export>
}

export async function collector(): Promise<Collector> {
  const exports: Export[] = []
  let came = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (text += chunk))
    request.on('end', () => {
      exports.push({ path: request.url!, headers: request.headers, body: JSON.parse(text) as Export['body'] })
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
      came.resolve()
      came = Promise.withResolvers()
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    get spans() {
      const all = exports.flatMap(({ body }) => body.resourceSpans ?? [])
      return all.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    },
    get metrics() {
      const newest = exports.findLast(({ body }) => body.resourceMetrics !== undefined)?.body.resourceMetrics ?? []
      return newest.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
    },
    get resource() {
      const { body } = exports[0]!
      return attributesOf((body.resourceSpans ?? body.resourceMetrics)![0]!.resource)
    },
    async next(path) {
      const seen = exports.length
      for (;;) {
        const found = exports.slice(seen).find((each) => each.path === path)
        if (found !== undefined) return found
        await came.promise
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Attributes by name. */
export function attributesOf({ attributes }: Pick<Span, 'attributes'>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
