import { describe, expect, it } from 'vitest'
import { checkLedger, Ledger, type Seen } from '../../src/index.ts'

function message(position: string, payload: string): Seen {
  return { kind: 'message', position, payload }
}

/** A run in which three messages were acknowledged on one channel, seen like this by one subscriber. */
function runOf(seen: Seen[], others: Seen[] = []): Ledger {
  const ledger = new Ledger()
  for (const [offset, payload] of [
    [1, 'p:1'],
    [2, 'p:2'],
    [3, 'p:3'],
  ] as const) {
    ledger.attempted.add(payload)
    ledger.acknowledged.push({ channel: '/a', position: `e:${offset}`, payload })
  }
  ledger.subscribers.push({ name: 's', channel: '/a', start: 'e:0', seen })
  if (others.length > 0) ledger.subscribers.push({ name: 't', channel: '/a', start: 'e:0', seen: others })
  return ledger
}

const all = [message('e:1', 'p:1'), message('e:2', 'p:2'), message('e:3', 'p:3')]

describe('the check of a run', () => {
  it('finds nothing where everything was seen, or announced as lost', () => {
    expect(checkLedger(runOf(all))).toEqual([])
    expect(checkLedger(runOf([all[0]!, { kind: 'gap', from: 'e:1', to: 'e:2' }, all[2]!]))).toEqual([])
    expect(checkLedger(runOf([all[0]!, { kind: 'gap', from: 'e:1', to: 'f:0' }]))).toEqual([])
  })

  it.each([
    ['lost', [all[0]!, all[2]!]],
    ['lost', [all[0]!, { kind: 'gap', from: 'e:1', to: 'e:1' } as const, all[2]!]],
    ['twice', [...all, all[2]!]],
    ['order', [all[1]!, all[0]!, all[2]!]],
    ['publisher-order', [message('e:1', 'p:2'), message('e:2', 'p:1'), message('e:3', 'p:3')]],
    ['invented', [...all, message('e:4', 'q:1')]],
    ['order', [...all, message('f:1', 'p:1'), message('e:9', 'p:2')]],
  ])('finds %s', (rule, seen) => {
    expect(checkLedger(runOf(seen)).map((violation) => violation.rule)).toContain(rule)
  })

  it('finds disagreement between subscribers', () => {
    const other = [all[0]!, message('e:2', 'p:3'), message('e:3', 'p:2')]
    expect(checkLedger(runOf(all, other)).map((violation) => violation.rule)).toContain('disagreement')
  })
})
