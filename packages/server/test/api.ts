import type { LimitLabel } from '../src/settings/setting.ts'
import { createHydrant, type Hydrant, type HydrantOptions } from '../src/index.ts'

/** A small API with one channel of each sort, for tests of the doors. */
export const API = `
asyncapi: 3.1.0
info: { title: Test API, version: 1.0.0 }
channels:
  prices:
    address: /prices/{symbol}
    parameters: { symbol: { enum: [AAPL, MSFT] } }
    messages:
      trade: { $ref: '#/components/messages/trade' }
  chat:
    address: /chat/{room}
    parameters: { room: {} }
    messages:
      say: { payload: { type: object, required: [text], properties: { text: { type: string } } } }
  quotes:
    address: /quotes
    x-hydrant: { kind: state, key: symbol }
    messages:
      quote: { payload: { type: object, required: [symbol, bid], properties: { symbol: { type: string }, bid: { type: number } } } }
  commands:
    address: /commands
    messages:
      command: { payload: { type: object, required: [do], properties: { do: { const: stop } } } }
      done: { payload: { type: object, required: [done], properties: { done: { type: boolean } } } }
  inbox:
    address: /inbox
    messages:
      note: { payload: { type: object, required: [note] } }
  words:
    address: /words
    messages:
      word: { contentType: text/plain, payload: { type: string, maxLength: 100000 } }
  blobs:
    address: /blobs
    messages:
      blob: { contentType: application/octet-stream }
  rows:
    address: /rows
    x-hydrant: { history: { messages: 400 } }
    messages:
      row: { payload: { type: array, items: { type: number } } }
  guarded:
    address: /guarded
    bindings:
      ws:
        query: { type: object, required: [depth], properties: { depth: { type: integer, maximum: 10 } } }
    messages:
      any: { payload: {} }
  short:
    address: /short
    x-hydrant: { history: { messages: 3 } }
    messages:
      any: { payload: {} }
operations:
  sendTrade: { action: send, channel: { $ref: '#/channels/prices' } }
  sendSay: { action: send, channel: { $ref: '#/channels/chat' } }
  receiveSay: { action: receive, channel: { $ref: '#/channels/chat' } }
  sendQuote: { action: send, channel: { $ref: '#/channels/quotes' } }
  receiveCommand: { action: receive, channel: { $ref: '#/channels/commands' }, messages: [{ $ref: '#/channels/commands/messages/command' }] }
  sendDone: { action: send, channel: { $ref: '#/channels/commands' }, messages: [{ $ref: '#/channels/commands/messages/done' }] }
  receiveNote: { action: receive, channel: { $ref: '#/channels/inbox' } }
components:
  messages:
    trade:
      payload:
        type: object
        required: [price]
        properties: { price: { type: number }, id: { type: integer } }
`

/** The API on a free port. */
export interface Running extends AsyncDisposable {
  readonly hydrant: Hydrant
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  readonly port: number
  /** The same with `ws:`. */
  readonly wsUrl: string
  /** What the server reported as its own fault. */
  readonly faults: unknown[]
  /** How often a limit was hit. */
  readonly hits: (name: LimitLabel) => number
}

export async function serve(options: Partial<HydrantOptions> = {}): Promise<Running> {
  const faults: unknown[] = []
  const hydrant = createHydrant({ contract: API, onFault: (error) => void faults.push(error), ...options })
  const { url, port } = await hydrant.listen({ port: 0 })
  return {
    hydrant,
    url,
    port,
    wsUrl: url.replace('http', 'ws'),
    faults,
    hits: (name) => hydrant.limitHits().get(name) ?? 0,
    [Symbol.asyncDispose]: () => hydrant.close(),
  }
}

/** POSTs a JSON value, or a body as it is. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const raw = typeof body === 'string' || body instanceof Uint8Array
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body),
  })
}

/** POSTs and gives the answer's JSON. */
export async function postJson(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Json> {
  return (await post(url, body, headers)).json() as Promise<Json>
}

export async function getJson(url: string): Promise<Json> {
  return (await fetch(url, { headers: { accept: 'application/json' } })).json() as Promise<Json>
}

/** A JSON object that a test looks into. */
export interface Json {
  readonly [key: string]: unknown
  readonly position: string
  readonly messages: readonly { position: string; time: string; name: string; data: unknown; encoding?: string }[]
}

export function dataOf(page: Json): unknown[] {
  return page.messages.map(({ data }) => data)
}
