import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The page has to be built from what is in the folder now; quick when it is. */
export function buildConsole(): void {
  execFileSync(process.execPath, [fileURLToPath(new URL('../scripts/build.ts', import.meta.url))], { stdio: 'inherit' })
}
