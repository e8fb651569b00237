import { expect, it } from 'vitest'

import type { MessageSummary } from '../../page/data/admin-types.gen.ts'
import { findingsOf } from '../../page/views/overview/attention.tsx'
import { largeServer } from '../large-server.ts'

const { status, connections } = largeServer(8)
const drifting = { channel: 'rooms', name: 'said', address: '/rooms/{room}', drift: 2 } as MessageSummary

it('has nothing to say about a server that is well', () => {
  expect(findingsOf(status, connections.slice(1), [{ ...drifting, drift: 0 }])).toEqual([])
})

it('says the worst first: what is unsafe, refused, slow, drifting', () => {
  const findings = findingsOf(
    { ...status, warnings: ['the admin listener has no token'], quarantine: { groups: 1, messages: 5 } },
    connections,
    [drifting],
  )
  expect(findings.map(({ kind }) => kind)).toEqual(['Security', 'Quarantine', 'Slow', 'Drift'])
  expect(findings[2]).toMatchObject({ href: '#/connections/c-0', more: '879 KiB wait, 4,200 messages behind' })
})

it('names three slow readers, and counts the others', () => {
  const slow = connections.map((connection) => ({ ...connection, slow: true }))
  const whats = findingsOf(status, slow, []).map(({ what }) => what)
  expect(whats).toHaveLength(4)
  expect(whats.at(-1)).toBe('5 more connections behind')
})
