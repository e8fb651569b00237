import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Certificate } from '../peers/plan.ts'
import { type Cores, chooseCores } from './cores.ts'

/** The bench's root folder. */
export const BENCH: string = fileURLToPath(new URL('..', import.meta.url))

/** A compiled C program, or why there is none. */
type Native = { readonly path: string } | { readonly missing: string }

/** TLS and permessage-deflate are for those who have OpenSSL and zlib to compile with (Debian: libssl-dev, zlib1g-dev). */
const LIBRARIES = ['-DWITH_LIBRARIES', '-lssl', '-lcrypto', '-lz'] as const

/** One run's temporary folder, cores and compiled programs. */
export class Workspace implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'hydrant-bench-'))
  readonly cores: Cores = chooseCores()
  readonly control: Native
  readonly load: Native
  /** Whether the load generator speaks TLS and inflates. */
  readonly loadHasLibraries: boolean
  #certificate: Certificate | undefined

  constructor() {
    this.control = this.#compile('control')
    const load = this.#compile('load', LIBRARIES)
    this.loadHasLibraries = 'path' in load
    this.load = this.loadHasLibraries ? load : this.#compile('load')
  }

  /** A certificate of its own for 127.0.0.1, made when it is asked for first. */
  certificate(): Certificate {
    this.#certificate ??= this.#makeCertificate()
    return this.#certificate
  }

  /** Writes bytes for the other processes to read. */
  file(name: string, bytes: Uint8Array): string {
    const path = join(this.folder, name)
    writeFileSync(path, bytes)
    return path
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #makeCertificate(): Certificate {
    const [certFile, keyFile] = [join(this.folder, 'cert.pem'), join(this.folder, 'key.pem')]
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
    const { status } = spawnSync('openssl', [
      'req',
      '-x509',
      ...key,
      '-out',
      certFile,
      '-days',
      '2',
      '-subj',
      '/CN=127.0.0.1',
    ])
    if (status !== 0) throw new Error('openssl made no certificate')
    return { certFile, keyFile }
  }

  #compile(name: string, flags: readonly string[] = []): Native {
    if (process.platform !== 'linux') return { missing: `${name}.c needs Linux (epoll)` }
    const path = join(this.folder, name)
    const { status, error, stderr } = spawnSync('cc', ['-O2', '-o', path, join(BENCH, 'native', `${name}.c`), ...flags])
    if (error !== undefined) return { missing: 'no C compiler (cc) on this machine' }
    if (status !== 0) return { missing: `cc failed: ${stderr.toString().split('\n')[0]}` }
    return { path }
  }
}
