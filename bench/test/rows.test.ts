import { afterAll, expect } from 'vitest'
import { paced, windowPlan } from '../rows/plans.ts'
import type { Row } from '../rows/row.ts'
import { ROWS } from '../rows/rows.ts'
import { Contestant } from '../runner/contest.ts'
import { measureRow } from '../runner/measure.ts'
import { Workspace } from '../runner/workspace.ts'
import { measurable } from './measurable.ts'
import { rowOf } from './tiny-rows.ts'

// Every kind of row at a small size, with Hydrant: what arrives is counted and compared, and nothing may be missing.

const workspace = new Workspace()
afterAll(() => workspace[Symbol.dispose]())

const test = measurable(workspace)

const shape = { bytes: 1024, isStamped: false }
const SMALL: readonly (readonly [id: string, changes: Partial<Row>])[] = [
  ['fan-out-binary', { connections: 5 }],
  ['fan-out-deflate', { connections: 5 }],
  ['fan-out-tls', { connections: 5 }],
  ['fan-out-events', { connections: 5 }],
  ['channels-1000', { connections: 40, work: { kind: 'fan-out', plan: windowPlan(20, 80, { channels: 20 }) } }],
  ['workers', { connections: 5 }],
  ['channels-50', { connections: 5 }],
  ['chat', { connections: 5 }],
  ['publish-http', { connections: 5 }],
  ['publish-socket', { connections: 5 }],
  [
    'slow-readers',
    { connections: 10, work: { kind: 'fan-out', plan: windowPlan(8, 64, { shape, isState: true }), slowReaders: 2 } },
  ],
  ['paced', { connections: 5, work: paced(500) }],
]

test.each(SMALL)('%s loses and changes nothing', async (id, changes) => {
  const row = rowOf(id, changes)
  await using contestant = await Contestant.start(workspace, row, row.peers[0]!)
  const burst = await contestant.burst(0.15)
  expect({ work: burst.work, faults: burst.faults }).toEqual({ work: burst.due, faults: 0 })
  expect(burst.work).toBeGreaterThan(row.connections)
  if (id === 'slow-readers') expect(burst.slowGotNewest).toBe(true)
  if (id === 'paced') expect(burst.latency!.count).toBeGreaterThan(0)
  if (id === 'fan-out-deflate') expect(burst.wireBytes / burst.work).toBeLessThan(200)
})

test('the latency row puts the first peer at half of what each peer can do', async () => {
  const row = rowOf('latency', { connections: 5 })
  const effort = { rounds: 1, seconds: 0.2, warmUpSeconds: 0.1, repeatUntilMs: 0 }
  const peers = row.peers.filter(({ name }) => name === 'Hydrant' || name === 'ws')
  const { failed, latencies } = await measureRow(workspace, { ...row, peers }, effort)
  expect(failed).toEqual([])
  expect(latencies.map(({ peer, countsAreRight }) => ({ peer, countsAreRight }))).toEqual(
    peers.map(({ name }) => ({ peer: name, countsAreRight: true })),
  )
  const [round] = latencies[1]!.rounds
  expect(round!.first.work / round!.own.work).toBeCloseTo(1, 1)
})

test('a peer that fails is out and said, and the others go on', async () => {
  const row = rowOf('fan-out-1')
  const peers = [{ name: 'nothing', server: { script: 'nothing.ts' }, dialect: 'bare' } as const, row.peers[0]!]
  const effort = { rounds: 1, seconds: 0.1, warmUpSeconds: 0.1, repeatUntilMs: 0 }
  const result = await measureRow(workspace, { ...row, peers }, effort)
  expect(result.failed).toEqual([{ peer: 'nothing', reason: expect.stringContaining('ended with 1') as string }])
  expect(result.peers.map(({ peer }) => peer)).toEqual(['Hydrant'])
})

test('rows have names of their own, and promise something of their first peer', () => {
  expect(new Set(ROWS.map(({ id }) => id)).size).toBe(ROWS.length)
  for (const { peers, targets, work } of ROWS) {
    for (const { peer, over } of targets) {
      if (work.kind !== 'start') expect(peer).toBe(peers[0]!.name)
      if (over !== undefined) expect(peers.map(({ name }) => name)).toContain(over)
    }
  }
})
