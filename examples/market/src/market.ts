import { createHydrant, HydrantError } from '@hydrant/server'
import type { Hydrant } from '@hydrant/server'
import { quoteAfter, readTrades } from './prices.ts'
import type { Trade } from './prices.ts'

/** About one month a second: four or five companies trade in a month. */
const tradeEveryMs = 200
/** More alerts than this are refused: nothing grows without a limit. */
const maxAlerts = 1000

/** `setAlert` of the contract. Hydrant has checked it before we see it. */
interface Alert {
  readonly symbol: string
  readonly when: 'above' | 'below'
  readonly price: number
}

/** The market: an API that trades until it is closed. */
export interface Market extends AsyncDisposable {
  readonly api: Hydrant
}

/** Opens the market. The API is not listening yet. */
export function openMarket(options: { readonly tradeEveryMs?: number } = {}): Market {
  const api = createHydrant({ contract: new URL('../market.yaml', import.meta.url) })
  const trades = readTrades()
  const alerts = new Set<Alert>()

  api.on('/alerts', ({ data }) => {
    if (alerts.size >= maxAlerts) throw new HydrantError('unavailable', `${maxAlerts} alerts are waiting already`)
    alerts.add(data as Alert)
  })

  let next = 0
  const timer = setInterval(() => {
    publish(trades[next] as Trade).catch(sayOnce)
    next = (next + 1) % trades.length
  }, options.tradeEveryMs ?? tradeEveryMs)

  /** An operator may load a contract without these channels: the market goes on, and says so once. */
  let lastFault = ''
  function sayOnce(error: unknown): void {
    const fault = String(error)
    if (fault !== lastFault) console.error(fault)
    lastFault = fault
  }

  async function publish(trade: Trade): Promise<void> {
    await api.publish(`/trades/${trade.symbol}`, trade)
    await api.publish('/quotes', quoteAfter(trade))
    for (const alert of alerts) {
      if (!isReached(alert, trade)) continue
      alerts.delete(alert)
      await api.publish('/alerts', { ...alert, type: 'fired', trade })
    }
  }

  return {
    api,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await api.close()
    },
  }
}

function isReached({ symbol, when, price }: Alert, trade: Trade): boolean {
  if (symbol !== trade.symbol) return false
  return when === 'above' ? trade.price > price : trade.price < price
}
