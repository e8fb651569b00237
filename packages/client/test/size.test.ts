import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { bundle } from './support/bundle.ts'

const MAX_BYTES = 12 * 1024

it('the whole client is at most 12 KB, minified and gzipped, and imports nothing', async () => {
  const { code, imports } = await bundle('esm')
  const gzipped = gzipSync(code, { level: 9 }).length
  console.log(`@hydrant/client: ${gzipped} bytes minified and gzipped`)
  expect(imports).toEqual([])
  // Less would mean that something was not bundled.
  expect(gzipped).toBeGreaterThan(4 * 1024)
  expect(gzipped).toBeLessThanOrEqual(MAX_BYTES)
})
