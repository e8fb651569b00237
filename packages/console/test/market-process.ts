import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What `npm start` runs, in a process of its own. */
export interface MarketProcess extends AsyncDisposable {
  readonly adminUrl: string
  /** Ends it as a crash does. */
  kill: () => Promise<void>
}

/** Resolves when it listens, the public listener on a free port. Rejects with its errors when it ends before. */
export async function spawnMarket(adminPort: number): Promise<MarketProcess> {
  const child = spawn(NODE, ['--conditions=@hydrant/source', START], {
    env: { ...process.env, PORT: '0', ADMIN_PORT: String(adminPort) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  return { adminUrl: await adminUrlOf(child), kill, [Symbol.asyncDispose]: kill }
}

/** The one that the repository's scripts bring: examples are for it, whichever one runs the tests. */
const NODE = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url))
const START = fileURLToPath(new URL('../../../examples/market/src/start.ts', import.meta.url))

function adminUrlOf({ stdout, stderr }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    for (const stream of [stdout!, stderr!]) {
      stream.on('data', (text: Buffer) => {
        said += text.toString()
        const url = /See and manage it: (\S+)\/\n/.exec(said)?.[1]
        if (url !== undefined) resolve(url)
      })
    }
    stdout!.once('end', () => reject(new Error(said)))
  })
}
