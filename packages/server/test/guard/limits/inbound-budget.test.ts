import { describe, expect, it } from 'vitest'
import { VirtualClock } from '@hydrant/testkit'
import { CallerBudgets } from '../../../src/guard/limits/caller-budgets.ts'
import { InboundBudget, inboundRates } from '../../../src/guard/limits/inbound-budget.ts'

const RATES = inboundRates({ messagesPerSecond: 50, messageBurst: 100, bytesPerSecond: 1000, maxMessageBytes: 100 })
const OFF = inboundRates({ messagesPerSecond: 0, messageBurst: 1, bytesPerSecond: 0, maxMessageBytes: 100 })

describe('messages', () => {
  it('so many as the burst are let in at once, and one more is not', () => {
    const budget = new InboundBudget()
    const waits = Array.from({ length: 101 }, () => budget.takeMessages(1, RATES, 5000))
    expect(waits.slice(0, 100)).toEqual(Array<number>(100).fill(0))
    expect(waits[100]).toBe(20)
  })

  it('the refused one is let in after the time it was told, and not a millisecond before', () => {
    const budget = new InboundBudget()
    for (let i = 0; i < 100; i++) budget.takeMessages(1, RATES, 0)
    expect(budget.takeMessages(1, RATES, 0)).toBe(20)
    expect(budget.takeMessages(1, RATES, 19)).toBe(1)
    expect(budget.takeMessages(1, RATES, 20)).toBe(0)
    expect(budget.takeMessages(1, RATES, 20)).toBe(20)
  })

  it('at its rate a client is never refused, a little above it it is', () => {
    const steady = new InboundBudget()
    for (let i = 0; i < 1000; i++) expect(steady.takeMessages(1, RATES, i * 20)).toBe(0)
    const faster = new InboundBudget()
    expect(Array.from({ length: 1000 }, (_, i) => faster.takeMessages(1, RATES, i * 16)).some((ms) => ms > 0)).toBe(
      true,
    )
  })

  it('a batch larger than the burst is let in when nothing else is on its way, and paid for', () => {
    const budget = new InboundBudget()
    expect(budget.takeMessages(300, RATES, 0)).toBe(0)
    expect(budget.takeMessages(1, RATES, 0)).toBe(300 * 20 - 99 * 20)
  })

  it('refusals have the same rate and burst: one more ends it', () => {
    const budget = new InboundBudget()
    const allowed = Array.from({ length: 101 }, () => budget.mayBeRefused(RATES, 0))
    expect(allowed.slice(0, 100)).toEqual(Array<boolean>(100).fill(true))
    expect(allowed[100]).toBe(false)
    const patient = new InboundBudget()
    for (let i = 0; i < 1000; i++) expect(patient.mayBeRefused(RATES, i * 20)).toBe(true)
  })

  it('without a limit nothing is refused', () => {
    const budget = new InboundBudget()
    for (let i = 0; i < 10_000; i++) expect(budget.takeMessages(1, OFF, 0)).toBe(0)
    expect(budget.takeBytes(1e9, OFF, 0)).toBe(0)
  })
})

describe('bytes', () => {
  it('two seconds of them may come at once; for what is over, nothing is read as long as it would have taken', () => {
    const budget = new InboundBudget()
    expect(budget.takeBytes(2000, RATES, 0)).toBe(0)
    expect(budget.takeBytes(1, RATES, 0)).toBe(1)
    expect(budget.takeBytes(499, RATES, 0)).toBe(500)
    expect(budget.takeBytes(1, RATES, 600)).toBe(0)
  })

  it('one whole message always fits, however low the rate', () => {
    const slow = inboundRates({ messagesPerSecond: 1, messageBurst: 1, bytesPerSecond: 1, maxMessageBytes: 65_536 })
    expect(new InboundBudget().takeBytes(65_536, slow, 0)).toBe(0)
  })
})

describe('callers over HTTP', () => {
  it('have budgets of their own, by who they are', () => {
    const callers = new CallerBudgets(RATES, new VirtualClock())
    for (let i = 0; i < 100; i++) expect(callers.take('a', 1, 1)).toBe(0)
    expect(callers.take('a', 1, 1)).toBeGreaterThan(0)
    expect(callers.take('b', 1, 1)).toBe(0)
  })

  it('are forgotten when their budgets are full again, and never more than 10,000 are remembered', () => {
    const clock = new VirtualClock()
    const callers = new CallerBudgets(RATES, clock)
    for (let i = 0; i < 20_000; i++) callers.take(`caller ${i}`, 100, 1)
    expect(callers.size).toBe(10_000)
    clock.advance(60_000)
    for (let i = 0; i < 9_999; i++) callers.take('one', 0, 0)
    expect(callers.size).toBe(1)
  })
})
