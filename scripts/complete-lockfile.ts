// npm leaves optional packages for other platforms out of the lockfile when the registry at hand does not have them, and
// `npm ci` then refuses the lockfile that `npm install` wrote. This puts them back: `npm run lock` after every install.
import { readFileSync, writeFileSync } from 'node:fs'

interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Lockfile {
  packages: Record<string, LockedPackage>
}

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'sunos', 'aix', 'openbsd', 'netbsd']
const PROCESSORS = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32']

const lockfile = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lockfile
const added: string[] = []
for (const locked of Object.values(lockfile.packages)) {
  for (const [name, version] of Object.entries(locked.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`
    if (lockfile.packages[path] !== undefined || !/^\d/.test(version)) continue
    lockfile.packages[path] = {
      version,
      ...(locked.dev === true ? { dev: true } : {}),
      optional: true,
      ...platformOf(name),
    }
    added.push(name)
  }
}
if (added.length > 0) {
  const sorted = Object.entries(lockfile.packages).toSorted(([a], [b]) => (a < b ? -1 : 1))
  lockfile.packages = Object.fromEntries(sorted)
  writeFileSync('package-lock.json', `${JSON.stringify(lockfile, null, 2)}\n`)
}
console.log(added.length === 0 ? 'the lockfile is complete' : `added to the lockfile: ${added.join(', ')}`)

/** Such packages are named for their platform: `binding-linux-arm64-musl`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[/-]/)
  const os = SYSTEMS.find((system) => words.includes(system))
  const cpu = PROCESSORS.find((processor) => words.includes(processor))
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') && os === 'linux' ? 'glibc' : undefined
  return {
    ...(os === undefined ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(libc === undefined ? {} : { libc: [libc] }),
  }
}
