// What the packages bring with them: the bill of materials has to list every production dependency of the lockfile, and no known hole may be in one.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

interface Locked {
  readonly version?: string
  readonly dev?: boolean
  readonly link?: boolean
  /** Of other platforms, mostly: not installed, not listed. */
  readonly optional?: boolean
}

interface Bill {
  readonly bomFormat: string
  readonly components: readonly { readonly purl: string; readonly hashes?: readonly object[] }[]
}

interface Audit {
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> }
  readonly message?: string
}

const problems = [...missingFromBill(), ...knownHoles()]
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1

/** Without `--omit dev`: npm then also leaves out what is a development dependency of one package and a production dependency of another. */
function missingFromBill(): string[] {
  const bill = JSON.parse(npm('sbom', '--sbom-format', 'cyclonedx')) as Bill
  const listed = new Set(bill.components.map(({ purl }) => decodeURIComponent(purl)))
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Locked> }
  const production = Object.entries(packages).filter(
    ([path, { dev, link, optional }]) => path.includes('node_modules/') && !dev && !link && !optional,
  )
  console.log(
    `${bill.bomFormat}: ${bill.components.length} components; ${production.length} production dependencies in the lockfile`,
  )
  if (production.length === 0) return ['package-lock.json: expected production dependencies, got none']
  return production.flatMap(([path, { version }]) => {
    const name = `pkg:npm/${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`
    return listed.has(name) ? [] : [`npm sbom: expected ${name}, which is in the lockfile`]
  })
}

/** Not every registry answers; that says nothing of the dependencies. */
function knownHoles(): string[] {
  const { metadata, message } = JSON.parse(npm('audit', '--omit', 'dev', '--json')) as Audit
  if (metadata === undefined) {
    console.log(`npm audit: the registry was not to be asked (${message ?? 'no reason'})`)
    return []
  }
  const { total = 0 } = metadata.vulnerabilities
  console.log(`npm audit: ${total} known`)
  return total === 0 ? [] : [`npm audit: expected none, got ${JSON.stringify(metadata.vulnerabilities)}`]
}

/** The output, whatever the exit code: `npm audit` ends with 1 for what it found and for what it could not ask. */
function npm(...args: readonly string[]): string {
  const { stdout } = spawnSync('npm', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 64 * 2 ** 20,
  })
  return stdout
}
