import { describe, expect, it } from 'vitest'
import { messageTrace, traceMembers } from '../../src/message/message-trace.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const GOOD = `00-${TRACE}-${PARENT}-01`

describe('a traceparent', () => {
  it.each([
    ['sampled', GOOD, GOOD],
    ['not sampled', `00-${TRACE}-${PARENT}-00`, `00-${TRACE}-${PARENT}-00`],
    ['with a flag of level 2', `00-${TRACE}-${PARENT}-03`, `00-${TRACE}-${PARENT}-03`],
    ['of a later version, of the same length', `cc-${TRACE}-${PARENT}-ff`, GOOD],
    ['of a later version with more', `01-${TRACE}-${PARENT}-00-more.of.it`, `00-${TRACE}-${PARENT}-00`],
  ])('%s is taken', (_title, text, taken) => {
    expect(messageTrace(text)).toEqual({ traceparent: taken, tracestate: undefined })
  })

  it.each([
    ['a short one', GOOD.slice(0, -1)],
    ['version 00 with more', `${GOOD}-more`],
    ['a later version that goes on without a dash', `01-${TRACE}-${PARENT}-01.more`],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['upper case', GOOD.toUpperCase()],
    ['no trace', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['no parent', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['a letter past f', `00-${TRACE.replace('4', 'g')}-${PARENT}-01`],
    ['two, as Node joins them', `${GOOD}, ${GOOD}`],
    ['space around it', ` ${GOOD}`],
    ['a line break at its end', `${GOOD}\n`],
    ['a long one', `01-${TRACE}-${PARENT}-01-${'x'.repeat(1e6)}`],
    ['nothing', ''],
    ['a number', 7],
    ['a list', [GOOD]],
    ['null', null],
  ])('%s is none', (_title, text) => {
    expect(messageTrace(text, 'vendor=1')).toBeUndefined()
  })
})

describe('a tracestate', () => {
  const members = (count: number): string => Array.from({ length: count }, (_, i) => `k${i}=v`).join(',')

  it.each([
    ['one member', 'vendor=1'],
    ['two with space between', 'a@b=x y , c/d*e_f-g= z'],
    ['empty members between', 'a=1,,b=2'],
    ['32 members', members(32)],
    ['512 characters', `a=${'x'.repeat(253)},b=${'y'.repeat(254)}`],
  ])('with %s is carried', (_title, text) => {
    expect(messageTrace(GOOD, text)).toEqual({ traceparent: GOOD, tracestate: text })
  })

  it.each([
    ['513 characters', `a=${'x'.repeat(254)},b=${'y'.repeat(254)}`],
    ['33 members', members(33)],
    ['a member without a value', 'vendor'],
    ['an upper-case key', 'Vendor=1'],
    ['a control character', 'vendor=1\u0007'],
    ['a line break', 'vendor=1\r\nx=2'],
    ['a letter outside ASCII', 'vendor=é'],
    ['no member', ' , '],
    ['nothing', ''],
    ['a number', 7],
  ])('with %s is left out', (_title, text) => {
    expect(messageTrace(GOOD, text)).toEqual({ traceparent: GOOD, tracestate: undefined })
  })
})

describe('the members before a payload', () => {
  it('are JSON whatever the tracestate holds, and nothing without a trace', () => {
    const trace = messageTrace(GOOD, 'v="\\"')!
    expect(JSON.parse(`{${traceMembers(trace)}"d":1}`)).toEqual({ traceparent: GOOD, tracestate: 'v="\\"', d: 1 })
    expect(traceMembers(undefined)).toBe('')
  })
})
