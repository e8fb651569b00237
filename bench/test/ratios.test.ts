import { afterAll, expect, vi } from 'vitest'
import { measureRow } from '../runner/measure.ts'
import { ratioOf, type RowResult } from '../runner/result.ts'
import { Workspace } from '../runner/workspace.ts'
import { measurable } from './measurable.ts'
import { rowOf } from './tiny-rows.ts'

// The promises of docs/performance.md with generous slack: a noisy machine passes, losing the gathering of writes does not.

vi.setConfig({ testTimeout: 60_000 })

const workspace = new Workspace()
afterAll(() => workspace[Symbol.dispose]())

const test = measurable(workspace)

const QUICK = { rounds: 3, seconds: 0.3, warmUpSeconds: 0.3, repeatUntilMs: 0 }

function expectEverythingCounted({ peers, row }: RowResult): void {
  for (const peer of peers) {
    for (const { work, due, faults } of peer.bursts) {
      expect({ peer: peer.peer, work, faults }).toEqual({ peer: peer.peer, work: due, faults: 0 })
      expect(work).toBeGreaterThan(row.connections)
    }
  }
}

/** The two that a ratio is of. The other peers' turns would add nothing but time. */
function hydrantAndWs(id: string): ReturnType<typeof rowOf> {
  const row = rowOf(id)
  return { ...row, peers: row.peers.filter(({ name }) => name === 'Hydrant' || name === 'ws') }
}

test('pipelined echo does more than 4 times the work of ws for the same CPU time, and every echo is right', async () => {
  const result = await measureRow(workspace, hydrantAndWs('echo-pipelined'), QUICK)
  expectEverythingCounted(result)
  expect(ratioOf(result, 'Hydrant', 'ws')!.median).toBeGreaterThan(4)
})

test('fan-out to 1,000 does more than 2.5 times the work of ws for the same CPU time, and no subscriber misses a message', async () => {
  const result = await measureRow(workspace, hydrantAndWs('fan-out-8'), QUICK)
  expectEverythingCounted(result)
  expect(ratioOf(result, 'Hydrant', 'ws')!.median).toBeGreaterThan(2.5)
})
