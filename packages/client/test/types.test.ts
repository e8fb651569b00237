import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const FILE = join(ROOT, 'packages/client/test/api.test-d.ts')

/** What the compiler says of some files, strictly, as a user's project would. */
function compile(...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'hydrant-types-'))
  try {
    const config = {
      extends: join(ROOT, 'packages/client/test/tsconfig.json'),
      include: [],
      files,
      references: [],
      compilerOptions: { rootDir: '/', incremental: false, types: [] },
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder, '--pretty', 'false'], { encoding: 'utf8' })
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('types', () => {
  it(
    'a wrong address, parameter, payload, reply or error does not compile, and what is right does',
    { timeout: 60_000 },
    () => {
      expect(compile(FILE)).toBe('')
      expect(readFileSync(FILE, 'utf8').match(/@ts-expect-error/g)!.length).toBeGreaterThan(20)
    },
  )
})
