/** Answers a `GET` of the console's files; undefined for anything else. */
export type ConsoleFiles = (path: string, headers: Headers) => Response | undefined

/** What `@hydrant/console` gives: the built page as files, and the headers that have to go with them. */
interface ConsolePackage {
  readonly CONSOLE_HEADERS: Readonly<Record<string, string>>
  readConsole(): ReadonlyMap<string, ConsoleFile>
}

interface ConsoleFile {
  readonly contentType: string
  readonly body: Buffer
  readonly gzip: Buffer
  readonly cacheControl: string
  readonly etag: string
}

/**
 * The console's files, read once. They carry no secret and need no token: the page asks for it. Without the package, as where the
 * server is embedded without it, there are none, and the API answers alone.
 */
export async function consoleFiles(): Promise<ConsoleFiles> {
  const found = await findConsole()
  if (found === undefined) return () => undefined
  const files = found.readConsole()
  return (path, headers) => {
    const file = files.get(path)
    return file === undefined ? undefined : answer(file, headers, found.CONSOLE_HEADERS)
  }
}

async function findConsole(): Promise<ConsolePackage | undefined> {
  try {
    return (await import(CONSOLE)) as ConsolePackage
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

/** The console is above the server in the order of packages, so the server knows it by name only. */
const CONSOLE: string = '@hydrant/console'

function answer(file: ConsoleFile, given: Headers, own: Readonly<Record<string, string>>): Response {
  const headers: Record<string, string> = {
    ...own,
    'content-type': file.contentType,
    'cache-control': file.cacheControl,
    etag: file.etag,
    vary: 'Accept-Encoding',
  }
  if (given.get('if-none-match') === file.etag) return new Response(null, { status: 304, headers })
  if (!/\bgzip\b/.test(given.get('accept-encoding') ?? '')) return new Response(new Uint8Array(file.body), { headers })
  return new Response(new Uint8Array(file.gzip), { headers: { ...headers, 'content-encoding': 'gzip' } })
}
