import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'

const MAX_BYTES = 12 * 1024

async function bundled(entry: string): Promise<{ readonly gzipped: number; readonly imports: readonly string[] }> {
  const bundle = await rolldown({
    input: fileURLToPath(new URL(entry, import.meta.url)),
    platform: 'browser',
    external: ['react'],
    resolve: { conditionNames: ['@hydrant/source', 'import'] },
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  await bundle.close()
  return {
    gzipped: output.reduce(
      (sum, each) => sum + (each.type === 'chunk' ? gzipSync(each.code, { level: 9 }).length : 0),
      0,
    ),
    imports: output.flatMap((each) => (each.type === 'chunk' ? each.imports : [])),
  }
}

it('the whole client is at most 12 KB, minified and gzipped, and imports nothing', async () => {
  const { gzipped, imports } = await bundled('../src/index.ts')
  console.log(`@hydrant/client: ${gzipped} bytes minified and gzipped`)
  expect(imports).toEqual([])
  // Less would mean that something was not bundled.
  expect(gzipped).toBeGreaterThan(4 * 1024)
  expect(gzipped).toBeLessThanOrEqual(MAX_BYTES)
})
