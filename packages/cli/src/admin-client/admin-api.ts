import { readFile } from 'node:fs/promises'
import { Option } from 'commander'
import { EventStreamParser, type StreamEvent } from '../door-client/event-stream.ts'
import { CommandError } from '../exit-codes.ts'

/** Where the admin API is, and what it is shown: the same for every command that uses it. */
export interface AdminFlags {
  readonly admin: string
  readonly adminTokenFile?: string
}

/** A page of a list of the admin API. */
export interface AdminPage<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
  readonly total: number
}

/** The options that say where the admin API is. */
export function adminOptions(): Option[] {
  return [
    new Option('--admin <url>', 'the admin listener').env('HYDRANT_ADMIN').default('http://127.0.0.1:8081'),
    new Option('--admin-token-file <file>', 'a file with its token; HYDRANT_ADMIN_TOKEN is the token itself'),
  ]
}

/** A client of the admin API. Refusals are CommandErrors with what the server said. */
export class AdminApi {
  readonly #base: URL
  readonly #token: string | undefined

  private constructor(base: URL, token: string | undefined) {
    this.#base = base
    this.#token = token
  }

  /** @throws CommandError for an address that is none, or a token file that cannot be read. */
  static async of({ admin, adminTokenFile }: AdminFlags): Promise<AdminApi> {
    if (!/^https?:\/\//.test(admin) || !URL.canParse(admin)) {
      throw new CommandError('usage', `--admin: expected a URL such as http://127.0.0.1:8081, got ${admin}`)
    }
    const token = adminTokenFile === undefined ? process.env['HYDRANT_ADMIN_TOKEN'] : await readToken(adminTokenFile)
    return new AdminApi(new URL(admin), token === '' ? undefined : token)
  }

  async get<Value>(path: string, query: Record<string, string | undefined> = {}): Promise<Value> {
    return (await this.#send('GET', path, { query })).json() as Promise<Value>
  }

  async change<Value>(
    method: 'POST' | 'DELETE',
    path: string,
    { query, body }: { query?: Record<string, string | undefined>; body?: object } = {},
  ): Promise<Value> {
    return (await this.#send(method, path, { query, body })).json() as Promise<Value>
  }

  /** Every item of a list, page by page. */
  async *all<Item>(path: string, query: Record<string, string | undefined> = {}): AsyncGenerator<Item> {
    let cursor: string | undefined
    do {
      const page: AdminPage<Item> = await this.get(path, { ...query, cursor, limit: '300' })
      yield* page.items
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
  }

  /** The body as text, in the pieces in which it comes. */
  async *text(path: string, query: Record<string, string | undefined> = {}): AsyncGenerator<string> {
    const { body } = await this.#send('GET', path, { query })
    const decoder = new TextDecoder()
    for await (const chunk of body ?? []) yield decoder.decode(chunk, { stream: true })
  }

  /** Server-Sent Events, until the server ends the stream or the signal fires. */
  async *events(
    path: string,
    query: Record<string, string | undefined>,
    signal: AbortSignal,
  ): AsyncGenerator<StreamEvent> {
    const { body } = await this.#send('GET', path, { query, signal })
    const parser = new EventStreamParser()
    try {
      for await (const chunk of body ?? []) yield* parser.receive(chunk)
    } catch (error) {
      if (!signal.aborted) throw new CommandError('unreachable', 'the admin listener is gone', { cause: error })
    }
  }

  async #send(
    method: string,
    path: string,
    options: {
      readonly query?: Record<string, string | undefined> | undefined
      readonly body?: object | undefined
      readonly signal?: AbortSignal | undefined
    },
  ): Promise<Response> {
    const url = new URL(path, this.#base)
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    const headers: Record<string, string> = {}
    if (this.#token !== undefined) headers['Authorization'] = `Bearer ${this.#token}`
    if (options.body !== undefined) headers['Content-Type'] = 'application/json'
    let response: Response
    try {
      response = await fetch(url, {
        method,
        headers,
        signal: options.signal ?? null,
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      })
    } catch (error) {
      throw new CommandError('unreachable', `no admin listener answers at ${this.#base.href}; give it with --admin`, {
        cause: error,
      })
    }
    if (!response.ok) throw await refusal(response, url)
    return response
  }
}

async function refusal(response: Response, url: URL): Promise<CommandError> {
  const text = await response.text()
  if (!/json/.test(response.headers.get('content-type') ?? '')) {
    return new CommandError('unreachable', `${url.href} is no admin listener of Hydrant (${response.status})`)
  }
  const { detail, code } = JSON.parse(text) as { detail?: string; code?: string }
  const hint = response.status === 401 ? '; give the token with --admin-token-file or HYDRANT_ADMIN_TOKEN' : ''
  return new CommandError('refused', `${detail ?? text} (${code ?? response.status})${hint}`)
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    throw new CommandError('unreadable', `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, {
      cause: error,
    })
  }
}
