import type { Clock } from '../../runtime/clock.ts'
import { InboundBudget, type InboundRates } from './inbound-budget.ts'

/** Callers that are remembered at once. Past it the one that was seen longest ago is forgotten, and has a full budget again. */
const MAX_CALLERS = 10_000

/** The budgets of callers over HTTP, where a connection says nothing: each request may come on one of its own. */
export class CallerBudgets {
  readonly #rates: InboundRates
  readonly #clock: Clock
  /** By principal or address; who was seen last is last. */
  readonly #budgets = new Map<string, InboundBudget>()

  constructor(rates: InboundRates, clock: Clock) {
    this.#rates = rates
    this.#clock = clock
  }

  /** How many callers are remembered. */
  get size(): number {
    return this.#budgets.size
  }

  /** 0, or the milliseconds after which this caller may send so many messages, in so many bytes. */
  take(caller: string, messages: number, bytes: number): number {
    const nowMs = this.#clock.monotonicMs()
    const budget = this.#budgetOf(caller, nowMs)
    const waitMs = budget.takeMessages(messages, this.#rates, nowMs)
    return waitMs > 0 ? waitMs : budget.takeBytes(bytes, this.#rates, nowMs)
  }

  #budgetOf(caller: string, nowMs: number): InboundBudget {
    const budget = this.#budgets.get(caller) ?? new InboundBudget()
    this.#budgets.delete(caller)
    this.#budgets.set(caller, budget)
    // Two at most: what is let in is one, so the map shrinks while there is something to forget.
    let looked = 0
    for (const [name, oldest] of this.#budgets) {
      if (++looked > 2 || !(this.#budgets.size > MAX_CALLERS || oldest.isFull(nowMs)) || name === caller) break
      this.#budgets.delete(name)
    }
    return budget
  }
}
