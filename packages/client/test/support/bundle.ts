import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** The whole client as one minified file, as an application's bundler makes it. */
export async function bundle(
  format: 'esm' | 'iife',
): Promise<{ readonly code: string; readonly imports: readonly string[] }> {
  const built = await rolldown({
    input: fileURLToPath(new URL('../../src/index.ts', import.meta.url)),
    platform: 'browser',
    resolve: { conditionNames: ['@hydrant/source', 'import'] },
  })
  const { output } = await built.generate({ format, minify: true, name: 'hydrantClient' })
  await built.close()
  const [chunk] = output
  if (output.length > 1) throw new Error(`expected one file, got ${output.map(({ fileName }) => fileName).join(', ')}`)
  return { code: chunk.code, imports: chunk.imports }
}
