import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cores, chooseCores } from './cores.ts'

/** The bench's root folder. */
export const BENCH: string = fileURLToPath(new URL('..', import.meta.url))

/** A compiled C program, or why there is none. */
export type Native = { readonly path: string } | { readonly missing: string }

/** One run's temporary folder, cores and compiled programs. */
export class Workspace implements Disposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'hydrant-bench-'))
  readonly cores: Cores = chooseCores()
  readonly control: Native
  readonly load: Native

  constructor() {
    this.control = this.#compile('control')
    this.load = this.#compile('load')
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

  #compile(name: string): Native {
    if (process.platform !== 'linux') return { missing: `${name}.c needs Linux (epoll)` }
    const path = join(this.folder, name)
    const { status, error, stderr } = spawnSync('cc', ['-O2', '-o', path, join(BENCH, 'native', `${name}.c`)])
    if (error !== undefined) return { missing: 'no C compiler (cc) on this machine' }
    if (status !== 0) return { missing: `cc failed: ${stderr.toString().split('\n')[0]}` }
    return { path }
  }
}
