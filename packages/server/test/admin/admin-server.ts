import { expect } from 'vitest'
import { createHydrant, type AdminOptions, type Hydrant } from '../../src/index.ts'
import { problemsOfAnswer } from './check-answer.ts'

export const CONTRACT = `
asyncapi: 3.0.0
info: { title: Market, version: 1.0.0 }
channels:
  prices:
    address: /prices/{symbol}
    parameters: { symbol: {} }
    messages:
      trade:
        payload: { type: object, required: [price], properties: { price: { type: number }, venue: { type: string } } }
  orders:
    address: /orders
    messages:
      order:
        payload: { type: object, required: [amount], properties: { amount: { type: integer } } }
operations:
  tell: { action: send, channel: { $ref: '#/channels/prices' } }
  take: { action: receive, channel: { $ref: '#/channels/orders' } }
`

/** A server with both listeners on free ports. */
export interface AdminServer extends AsyncDisposable {
  readonly hydrant: Hydrant
  readonly url: string
  readonly adminUrl: string
  readonly adminPort: number
  /** A request to the admin API; a body is sent as JSON. Every answer has to be as the description says. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // The tests look into it freely; its form is checked against the description.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any
}

export async function startAdmin(options: AdminOptions = {}): Promise<AdminServer> {
  const hydrant = createHydrant({ contract: CONTRACT })
  const { url } = await hydrant.listen({ port: 0 })
  const admin = await hydrant.listenAdmin({ port: 0, ...options })
  return {
    hydrant,
    url,
    adminUrl: admin.url,
    adminPort: admin.port,
    async ask(method, path, body, headers = {}) {
      const response = await fetch(admin.url + path, {
        method,
        headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const isJson =
        /json/.test(response.headers.get('content-type') ?? '') && !/ndjson/.test(response.headers.get('content-type')!)
      const json: unknown = isJson ? JSON.parse(text) : undefined
      const { status, headers: received } = response
      const contentType = received.get('content-type') ?? ''
      expect(problemsOfAnswer(method, path, { status, contentType, json }), text.slice(0, 500)).toEqual([])
      return { status, headers: received, text, json }
    },
    [Symbol.asyncDispose]: () => hydrant.close(),
  }
}

/** Publishes over the public door; the status of the answer. */
export async function post(server: AdminServer, address: string, data: unknown): Promise<number> {
  const response = await fetch(server.url + address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(data),
  })
  await response.arrayBuffer()
  return response.status
}

/** An event stream of the public listener, open until the signal ends it. Resolves when it is open. */
export async function follow(
  server: AdminServer,
  address: string,
  signal: AbortSignal,
): Promise<ReadableStreamDefaultReader<string>> {
  return events(`${server.url}${address}`, signal)
}

export async function events(url: string, signal: AbortSignal): Promise<ReadableStreamDefaultReader<string>> {
  const response = await fetch(url, { headers: { Accept: 'text/event-stream' }, signal })
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`)
  return response.body!.pipeThrough(new TextDecoderStream()).getReader()
}

/** Reads until the text has come. */
export async function readUntil(reader: ReadableStreamDefaultReader<string>, wanted: string): Promise<string> {
  let text = ''
  while (!text.includes(wanted)) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`the stream ended before ${wanted}: ${text}`)
    text += value
  }
  return text
}
