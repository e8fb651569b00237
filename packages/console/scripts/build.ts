/** Builds the page into dist/page, unless nothing changed since it was built. `--force` builds anyway. */
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../', import.meta.url)
const stamp = new URL('dist/page.stamp', root)

const wanted = fingerprint()
if (!process.argv.includes('--force') && isBuilt()) process.exit(0)

// Whoever builds: a test runner says `test`, and would get React's slow half.
process.env['NODE_ENV'] = 'production'
const { build } = await import('vite')
await build({ configFile: fileURLToPath(new URL('vite.config.ts', root)), logLevel: 'warn' })
mkdirSync(new URL('dist', root), { recursive: true })
writeFileSync(stamp, wanted)

function isBuilt(): boolean {
  return (
    existsSync(stamp) && existsSync(new URL('dist/page/index.html', root)) && readFileSync(stamp, 'utf8') === wanted
  )
}

/** Of everything that the page is made from: its files, the packages that it bundles, and the versions of the others. */
function fingerprint(): string {
  const files = [
    ...globSync(['page/**/*', 'vite.config.ts', 'package.json'], {
      cwd: root,
      exclude: (name) => name.endsWith('tsconfig.json'),
    }),
    ...globSync(['../client/src/**/*.ts', '../protocol/src/**/*.ts'], { cwd: root }),
  ]
  const hash = createHash('sha256')
  for (const name of files.toSorted()) {
    if (!/\.[a-z]+$/.test(name)) continue
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(new URL(name, root)))
      .update('\0')
  }
  return hash.digest('hex')
}
