import { Agent, request } from 'node:http'
import { openMarket } from '../../../examples/market/src/market.ts'

/** The market example with its admin listener, followed by readers and bothered by a publisher of broken messages. */
export interface MarketServer extends AsyncDisposable {
  readonly url: string
  readonly adminUrl: string
  /** Publishes over HTTP, `times` times; resolves when all were answered. */
  post: (address: string, message: unknown, times?: number) => Promise<void>
  /** Broken messages of several kinds, between good ones. */
  chaos: () => Promise<void>
  /** Follows an address over Server-Sent Events; each event's data, parsed. */
  follow: (address: string) => Promise<Reader>
}

interface Reader {
  readonly messages: readonly unknown[]
  readonly until: (isWanted: (message: unknown) => boolean) => Promise<unknown>
}

/** Opens it on free ports. */
export async function startMarket(
  options: { readonly tradeEveryMs?: number; readonly adminPort?: number; readonly token?: string } = {},
): Promise<MarketServer> {
  const market = openMarket({ tradeEveryMs: options.tradeEveryMs ?? 50 })
  const { url } = await market.api.listen({ port: 0 })
  const { url: adminUrl } = await market.api.listenAdmin({ port: options.adminPort ?? 0, token: options.token })
  const stopping = new AbortController()

  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  const post = async (address: string, message: unknown, times = 1): Promise<void> => {
    const body = JSON.stringify(message)
    let left = times
    // Each by itself: a batch is refused as one.
    const publish = async (): Promise<void> => {
      while (left-- > 0) await postOnce(new URL(address, url), body, agent)
    }
    await Promise.all(Array.from({ length: 8 }, publish))
  }

  const follow = async (address: string): Promise<Reader> => {
    const response = await fetch(url + address, { headers: { accept: 'text/event-stream' }, signal: stopping.signal })
    const messages: unknown[] = []
    const waiting = new Set<() => void>()
    void read(response, (data) => {
      messages.push(data)
      for (const wake of waiting) wake()
    })
    return {
      messages,
      until: (isWanted) =>
        new Promise((resolve) => {
          const look = (): void => {
            const found = messages.find(isWanted)
            if (found === undefined) return
            waiting.delete(look)
            resolve(found)
          }
          waiting.add(look)
          look()
        }),
    }
  }

  return {
    url,
    adminUrl,
    post,
    follow,
    async chaos() {
      const alert = { type: 'set', symbol: 'IBM', when: 'above', price: 80 }
      await post('/alerts', { ...alert, note: 'not in the contract' }, 3)
      await post('/alerts', { ...alert, when: 'soon' }, 40)
      await post('/alerts', { ...alert, symbol: undefined }, 7)
      await post('/trades/AAPL', { symbol: 'AAPL', price: '187.2', date: '2010-03-01' }, 120)
      await post('/trades/MSFT', { symbol: 'MSFT', price: -1, date: 'tomorrow' }, 12)
      await post('/quotes', { symbol: 'GOOG', bid: 10 }, 5)
    },
    async [Symbol.asyncDispose]() {
      stopping.abort()
      agent.destroy()
      await market[Symbol.asyncDispose]()
    },
  }
}

function postOnce(url: URL, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    request(url, { method: 'POST', headers, agent }, (response) => response.resume().once('end', resolve))
      .once('error', reject)
      .end(body)
  })
}

async function read(response: Response, onData: (data: unknown) => void): Promise<void> {
  let text = ''
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const events = (text + chunk).split('\n\n')
      text = events.pop() ?? ''
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1]
        if (data !== undefined) onData(JSON.parse(data))
      }
    }
  } catch {
    // The server or the test has ended it.
  }
}
