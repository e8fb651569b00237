// Packs every published package and looks at it as a user's tools will: what is in it, publint for the manifest, attw for the types.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
}

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

const packed = mkdtempSync(join(tmpdir(), 'hydrant-pack-'))
try {
  for (const folder of readdirSync('packages')) {
    const path = join('packages', folder)
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest
    if (manifest.private === true) continue
    run('publint', ['run', path, '--strict'])
    const [{ filename, files }] = JSON.parse(
      run('npm', ['pack', '--json', '--silent', `--pack-destination=${packed}`, `./${path}`]),
    ) as [Packed]
    checkContents(manifest.name, new Set(files.map((file) => file.path)))
    if (manifest.exports === undefined) continue
    // Documents have no types.
    const documents = Object.keys(manifest.exports).filter((entry) => entry.endsWith('.yaml'))
    const excluded = documents.length === 0 ? [] : ['--exclude-entrypoints', ...documents]
    run('attw', [join(packed, filename), '--profile', 'esm-only', '--no-emoji', '--format', 'ascii', ...excluded])
    console.log(`${manifest.name}: manifest and types are right`)
  }
} finally {
  rmSync(packed, { recursive: true })
}

function checkContents(name: string, files: ReadonlySet<string>): void {
  for (const wanted of ['README.md', 'LICENSE'])
    if (!files.has(wanted)) throw new Error(`${name}: expected ${wanted} in the package, beside package.json`)
  for (const file of files)
    if (/(?:^|\/)(?:test|scripts)\/|\.tsbuildinfo$/.test(file))
      throw new Error(`${name}: ${file} is not for users; see "files"`)
}

function run(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}
