import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { readContract } from '@hydrant/contract'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openMarket } from '../src/market.ts'

interface Page {
  readonly messages: { readonly position: string; readonly name: string; readonly data: Trade }[]
}
interface Trade {
  readonly symbol: string
  readonly price: number
  readonly date: string
  readonly change?: number
}

const symbols = ['AAPL', 'AMZN', 'GOOG', 'IBM', 'MSFT']

/** `2000-01-01 AAPL` to the price, read from the data set without the example's own code. */
function pricesOfDataset(): Map<string, number> {
  const entry = createRequire(import.meta.url).resolve('vega-datasets')
  const rows = readFileSync(new URL('../data/stocks.csv', `file://${entry}`), 'utf8')
    .split('\n')
    .slice(1)
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
  return new Map(
    rows.map((row) => {
      const [, symbol, month, year, price] = /^(\w+),(\w+) 1 (\d+),([\d.]+)$/.exec(row.trim()) ?? []
      const number = String(months.indexOf(month ?? '') + 1).padStart(2, '0')
      return [`${year}-${number}-01 ${symbol}`, Number(price)]
    }),
  )
}

describe('the contract', () => {
  it('is without any finding', () => {
    const text = readFileSync(new URL('../market.yaml', import.meta.url), 'utf8')
    expect(readContract(text).diagnostics).toEqual([])
  })
})

describe('the market', () => {
  it('trades what the data set says, in order, with what is derived from it', async () => {
    const prices = pricesOfDataset()
    await using market = openMarket({ tradeEveryMs: 1 })
    const { url } = await market.api.listen({ port: 0 })
    const trades: Trade[] = []
    let since = ''
    while (trades.length < 150) {
      const page = (await (await fetch(`${url}/trades/IBM?limit=300&wait=5${since}`)).json()) as Page
      trades.push(...page.messages.map(({ data }) => data))
      if (page.messages.length > 0) since = `&since=${encodeURIComponent(page.messages.at(-1)?.position ?? '')}`
    }
    const ofDataset = [...prices].filter(([key]) => key.endsWith('IBM')).toSorted(([a], [b]) => a.localeCompare(b))
    const lap = ofDataset.map(([key, price], index) => {
      const before = ofDataset[index - 1]?.[1]
      const change = before === undefined ? {} : { change: Math.round((price - before) * 100) / 100 }
      return { symbol: 'IBM', price, date: key.slice(0, 10), ...change }
    })
    expect(lap).toHaveLength(123)
    // At the end it starts again from the first month.
    expect(trades.slice(0, 150)).toEqual([...lap, ...lap].slice(0, 150))
  })

  it('keeps one quote for each company, around its last price', async () => {
    await using market = openMarket({ tradeEveryMs: 1 })
    const { url } = await market.api.listen({ port: 0 })
    const last = new WebSocket(`${url.replace('http', 'ws')}/quotes`)
    // GOOG is traded from August 2004 on.
    await new Promise<void>((resolve) => {
      last.on('message', (data: Buffer) => {
        if (data.includes('GOOG')) resolve()
      })
    })
    last.terminate()
    const { messages } = (await (await fetch(`${url}/quotes`)).json()) as {
      messages: { data: Record<string, number | string> }[]
    }
    expect(new Set(messages.map(({ data }) => data['symbol']))).toEqual(new Set(symbols))
    expect(messages).toHaveLength(symbols.length)
    const prices = pricesOfDataset()
    for (const { data } of messages) {
      const price = prices.get(`${data['date']} ${data['symbol']}`) ?? Number.NaN
      expect(data['bid']).toBeCloseTo(price * 0.9995, 2)
      expect(data['ask']).toBeCloseTo(price * 1.0005, 2)
    }
  })

  it('fires an alert once, to who set it over the same socket', async () => {
    await using market = openMarket({ tradeEveryMs: 5 })
    const { url } = await market.api.listen({ port: 0 })
    const socket = new WebSocket(`${url.replace('http', 'ws')}/alerts`)
    await new Promise((resolve) => socket.once('open', resolve))
    const alert = { type: 'set', symbol: 'IBM', when: 'above', price: 80 }
    const heard: unknown[] = []
    let since = ''
    const fired = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        heard.push(JSON.parse(data.toString()))
        if (heard.length === 2) resolve()
      })
    })
    socket.send(JSON.stringify({ ...alert, price: 'high' }))
    socket.send(JSON.stringify(alert))
    await fired
    expect(heard[0]).toMatchObject({ type: 'urn:hydrant:message-invalid', errors: [{ pointer: '/price' }] })
    expect(heard[1]).toMatchObject({ ...alert, type: 'fired', trade: { symbol: 'IBM' } })
    const { trade } = heard[1] as { trade: Trade }
    expect(trade.price).toBeGreaterThan(80)
    expect(trade.price).toBe(pricesOfDataset().get(`${trade.date} IBM`))
    // The next trades above the mark do not fire it again.
    for (const poll of ['limit=1', 'wait=5', 'wait=5', 'wait=5']) {
      const page = await fetch(`${url}/trades/IBM?${poll}${since}`)
      since = `&since=${((await page.json()) as { position: string }).position}`
    }
    expect(heard).toHaveLength(2)
    socket.terminate()
  })
})
