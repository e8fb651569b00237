import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const tsc = path.join(root, 'node_modules/.bin/tsc')

/** What a user who is strict about everything compiles with. */
const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  target: 'ES2024',
  lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
  module: 'NodeNext',
  types: [],
  customConditions: ['@hydrant/source'],
  paths: {
    '@hydrant/client': [path.join(root, 'packages/client/src/index.ts')],
    '@hydrant/protocol': [path.join(root, 'packages/protocol/src/index.ts')],
  },
}

/** Compiles files in one program and returns the errors, a line each; empty when all is well. */
export async function compile(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hydrant-types-'))
  try {
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
    return await run(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function run(folder: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    execFile(tsc, ['-p', folder, '--pretty', 'false'], { maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => /error TS\d+/.test(line))
      if (error !== null && lines.length === 0) reject(new Error(`tsc: ${stdout}${stderr}${error.message}`))
      else resolve(lines)
    })
  })
}
