import { expect, it } from 'vitest'

import type { Snapshot } from '../../page/data/admin-types.gen.ts'
import { parseSnapshot, SnapshotAdmin } from '../../page/data/snapshot-admin.ts'
import { largeServer } from '../large-server.ts'

const data = largeServer(20)
const text = JSON.stringify({
  format: 'hydrant-snapshot-1',
  takenAt: '2026-01-31T12:00:00.000Z',
  truncated: [],
  ...data,
  history: [],
  messages: [],
  principals: [],
  quarantine: [{ id: 'g-1', cause: 'x' }],
  quarantinedMessages: [
    { id: 'm-1', group: 'g-1' },
    { id: 'm-2', group: 'g-2' },
  ],
  contract: { title: 'Rooms' },
  versions: [],
  settings: { items: [] },
  audit: [],
})
const admin = new SnapshotAdmin(parseSnapshot(text))

it('answers what the server would have answered', async () => {
  expect(await admin.get('status')).toEqual(data.status)
  expect(await admin.get('connections/c-3')).toEqual(data.connections[3])
  expect(await admin.get('quarantine/g-1/messages')).toEqual({
    items: [{ id: 'm-1', group: 'g-1' }],
    next: null,
    total: 1,
  })
})

it('searches, filters and sorts lists', async () => {
  const found = await admin.get<{ items: { id: string }[]; total: number }>('connections', {
    search: 'USER-1',
    door: 'websocket',
    sort: '-messagesOut',
  })
  expect(found.items.map(({ id }) => id)).toEqual(['c-17', 'c-13', 'c-1'])
  expect(found.total).toBe(3)
})

it('changes nothing', async () => {
  await expect(admin.send()).rejects.toMatchObject({ code: 'offline' })
})

it('says what it does not hold', async () => {
  await expect(admin.get('connections/c-99')).rejects.toMatchObject({ status: 404 })
  await expect(admin.get('history')).rejects.toMatchObject({ code: 'offline' })
})

it.each([
  ['not json', 'not JSON'],
  ['{}', 'JSON without a format'],
  ['{"format":"hydrant-snapshot-2"}', '"hydrant-snapshot-2"'],
  ['{"format":"hydrant-snapshot-1","channels":[]}', 'addresses, messages'],
  ['null', 'JSON without a format'],
])('refuses the file %s and says why', (file, why) => {
  expect(() => parseSnapshot(file)).toThrow(why)
})

it('keeps what it was given', () => {
  expect((admin.snapshot satisfies Snapshot).connections).toHaveLength(20)
})
