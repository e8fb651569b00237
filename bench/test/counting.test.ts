import { afterAll, expect } from 'vitest'
import { Contestant } from '../runner/contest.ts'
import type { Peer } from '../runner/peers.ts'
import { Workspace } from '../runner/workspace.ts'
import { measurable } from './measurable.ts'
import { rowOf } from './tiny-rows.ts'

const workspace = new Workspace()
afterAll(() => workspace[Symbol.dispose]())

const test = measurable(workspace)

const broken: Peer = { name: 'broken', server: { script: '../test/broken-echo.ts' }, dialect: 'bare' }

test('a server that answers one wrong byte is found out', async () => {
  await using contestant = await Contestant.start(workspace, rowOf('echo-ping-pong', { connections: 4 }), broken)
  const burst = await contestant.burst(0.1)
  expect(burst.work).toBeGreaterThan(0)
  expect(burst.faults).toBeGreaterThan(0)
})

const altering = (fault: 'alters' | 'loses', dialect: Peer['dialect']): Peer => ({
  name: fault,
  server: { script: '../test/altering-server.ts', args: [fault] },
  dialect,
})

test.each([
  ['fan-out-1', 'hydrant'],
  ['fan-out-1', 'hydrant.v1'],
  ['fan-out-1', 'hydrant, event stream'],
  ['fan-out-deflate', 'hydrant'],
] as const)('an altered message is found out in %s, %s', async (id, dialect) => {
  const row = rowOf(id, { connections: 4 })
  await using contestant = await Contestant.start(workspace, row, altering('alters', dialect))
  const burst = await contestant.burst(0.1)
  expect(burst.work).toBe(burst.due)
  expect(burst.faults).toBeGreaterThan(0)
})

test.each(['hydrant', 'hydrant.v1'] as const)('a lost message is found out in %s', async (dialect) => {
  const row = rowOf('fan-out-1', { connections: 4 })
  const peer = altering('loses', dialect)
  await using contestant = await Contestant.start(workspace, row, peer, { drainMs: 200 })
  const { work, due, faults } = await contestant.burst(0.1)
  expect(work).toBeLessThan(due)
  expect(faults).toBeGreaterThan(0)
})

test('a refused publish, and one that does not reach its reader, are found out', async () => {
  const peer: Peer = { name: 'refusing', server: { script: '../test/refusing-server.ts' }, dialect: 'bare' }
  const row = rowOf('publish-http', { connections: 4 })
  await using contestant = await Contestant.start(workspace, row, peer, { drainMs: 200 })
  const { work, due, faults } = await contestant.burst(0.1)
  expect(work).toBeGreaterThan(10)
  expect(work).toBeLessThan(due)
  expect(faults).toBeGreaterThan(due)
})

test.each(['echo-pipelined', 'fan-out-single'])('the C control of %s sends what the others send', async (id) => {
  const row = rowOf(id, { connections: 10 })
  await using contestant = await Contestant.start(
    workspace,
    row,
    row.peers.find(({ server }) => server === 'control')!,
  )
  const { work, due, faults } = await contestant.burst(0.2)
  expect({ work, faults }).toEqual({ work: due, faults: 0 })
  expect(work).toBeGreaterThan(100)
})

test('a server that cannot start says why', async () => {
  const peer: Peer = { name: 'nothing', server: { script: 'nothing.ts' }, dialect: 'bare' }
  await expect(Contestant.start(workspace, rowOf('echo-ping-pong'), peer)).rejects.toThrow(
    /nothing .*Cannot find module/s,
  )
})
