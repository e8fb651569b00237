import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { load } from 'js-yaml'

import { LIVE_ADDRESSES } from '../../page/data/admin.ts'
import { adminTypes, typesFile } from '../../scripts/admin-types.ts'

it('has the types of the admin API as its document is now (`npm run types -w packages/console`)', () => {
  expect(readFileSync(typesFile, 'utf8')).toBe(adminTypes())
})

it('follows the live channels that the admin listener has', () => {
  const file = new URL('../../../server/src/admin/admin.asyncapi.yaml', import.meta.url)
  const { channels } = load(readFileSync(file, 'utf8')) as { channels: Record<string, { address: string }> }
  expect([...LIVE_ADDRESSES].toSorted()).toEqual(
    Object.values(channels)
      .map(({ address }) => address)
      .toSorted(),
  )
})
