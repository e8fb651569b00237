import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** A `hydrant serve` process. */
export interface ServeProcess extends AsyncDisposable {
  readonly url: string
  /** Ends it without a word to anybody. */
  kill(): Promise<void>
}

const inCli = (file: string): string => fileURLToPath(new URL(`../../../cli/${file}`, import.meta.url))

/** Node 22 cannot read all of the sources' syntax: there, what the build made of them. */
const HYDRANT: readonly string[] =
  Number(process.versions.node.split('.')[0]) < 24
    ? [inCli('bin/hydrant.js')]
    : ['--conditions=@hydrant/source', '--disable-warning=ExperimentalWarning', inCli('src/main.ts')]

/** Serves a document from a process of its own; resolves when it listens. Port 0 takes a free one. */
export async function hydrantServe(document: string, port: number): Promise<ServeProcess> {
  const child = spawn(process.execPath, [...HYDRANT, 'serve', '-', '--port', String(port)], {
    env: { ...process.env, NODE_COMPILE_CACHE: path.join(tmpdir(), 'hydrant-compile-cache') },
  })
  const ended = once(child, 'close')
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  child.stdin.end(document)
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  for (;;) {
    const url = /^Listening on (\S+)$/m.exec(printed)?.[1]
    if (url !== undefined) return { url, kill, [Symbol.asyncDispose]: kill }
    const more = await Promise.race([once(child.stdout, 'data'), ended.then(() => undefined)])
    if (more === undefined) throw new Error(`hydrant serve ended: ${printed}`)
  }
}
