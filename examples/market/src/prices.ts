import { readFileSync } from 'node:fs'

/** One trade, as the contract describes it. */
export interface Trade {
  readonly symbol: string
  /** US dollars. */
  readonly price: number
  /** The first day of the month, `2000-01-01`. */
  readonly date: string
  /** US dollars since the company's trade before; absent in its first. */
  readonly change?: number
}

/** The share prices of `stocks.csv` as trades, oldest first. */
export function readTrades(): Trade[] {
  const [, ...rows] = readFileSync(fileOfDataset('stocks.csv'), 'utf8').trim().split('\n')
  const lastPrices = new Map<string, number>()
  return rows.map(parseRow).toSorted(byDateAndSymbol).map(withChange)

  function withChange(trade: Trade): Trade {
    const last = lastPrices.get(trade.symbol)
    lastPrices.set(trade.symbol, trade.price)
    return last === undefined ? trade : { ...trade, change: cents(trade.price - last) }
  }
}

/** What a buyer would offer and a seller would ask. Derived: the data set has no quotes. */
export function quoteAfter({ symbol, price, date }: Trade): object {
  const halfSpread = price * 0.0005
  return { symbol, bid: cents(price - halfSpread), ask: cents(price + halfSpread), date }
}

/** `MSFT,Jan 1 2000,39.81` */
function parseRow(row: string): Trade {
  const [symbol = '', day = '', price = ''] = row.split(',')
  const date = new Date(`${day} UTC`).toISOString().slice(0, 'YYYY-MM-DD'.length)
  return { symbol, price: Number(price), date }
}

function byDateAndSymbol(a: Trade, b: Trade): number {
  return a.date.localeCompare(b.date) || a.symbol.localeCompare(b.symbol)
}

function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100
}

/** The package's own entry fetches its files from the internet; they lie next to it. */
function fileOfDataset(name: string): URL {
  return new URL(`../data/${name}`, import.meta.resolve('vega-datasets'))
}
