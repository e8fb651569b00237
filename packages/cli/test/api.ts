import { createHydrant } from '@hydrant/server'
import type { Hydrant } from '@hydrant/server'

/** A channel of each kind, for what the commands do with them. */
export const contractText = `asyncapi: 3.1.0
info: { title: Test API, version: 1.0.0 }
channels:
  prices:
    address: /prices/{symbol}
    parameters: { symbol: { enum: [AAPL, MSFT] } }
    messages: { price: { payload: { type: object, required: [price], properties: { price: { type: number } } } } }
  notes:
    address: /notes
    messages: { note: { contentType: text/plain, payload: { type: string } } }
  blobs:
    address: /blobs
    messages: { blob: { contentType: application/octet-stream } }
  rows:
    address: /rows
    messages: { row: { payload: { type: array, items: { type: number } } } }
  anything:
    address: /any/{name}
    parameters: { name: {} }
    messages: { thing: {} }
operations:
  sendPrices: { action: send, channel: { $ref: '#/channels/prices' } }
  sendNotes: { action: send, channel: { $ref: '#/channels/notes' } }
  sendBlobs: { action: send, channel: { $ref: '#/channels/blobs' } }
  sendRows: { action: send, channel: { $ref: '#/channels/rows' } }
  sendAnything: { action: send, channel: { $ref: '#/channels/anything' } }
`

/** A real server of a test, on a free port. */
export interface Api extends AsyncDisposable {
  readonly hydrant: Hydrant
  /** The URL of an address: `url('/notes')`. */
  url(address: string, scheme?: 'http' | 'ws'): string
  /** A page of a channel's history. */
  history(address: string): Promise<{ position: string; messages: { position: string; name: string; data: unknown }[] }>
}

/** Serves {@link contractText}. */
export async function api(port = 0): Promise<Api> {
  const hydrant = createHydrant({ contract: contractText })
  const listening = await hydrant.listen({ port })
  const url = (address: string, scheme = 'http'): string => `${scheme}://127.0.0.1:${listening.port}${address}`
  return {
    hydrant,
    url,
    history: async (address) => (await fetch(url(address))).json() as ReturnType<Api['history']>,
    [Symbol.asyncDispose]: () => hydrant.close(),
  }
}
