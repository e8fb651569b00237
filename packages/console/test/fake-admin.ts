import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHydrant } from '@hydrant/server'

import { CONSOLE_HEADERS, readConsole } from '../src/index.ts'

/** What the stand-in answers with: by path, a body or what makes one of the query. */
export type Answers = Readonly<Record<string, unknown>>

/** A stand-in for an admin listener that holds more than a test can connect: its lists are data, its live channels are Hydrant's own. */
export interface FakeAdmin extends AsyncDisposable {
  readonly url: string
  /** Requests that changed something: method, path, query and body. */
  readonly changes: readonly string[]
  publish: (address: string, value: unknown) => Promise<void>
}

/** Serves the built page and `given` on a free port, or on the one that another has just left. Lists are cut into pages as the admin API cuts them. */
export async function startFakeAdmin(given: Answers, port = 0): Promise<FakeAdmin> {
  const answers: Answers = { 'status/history': [], ...given }
  const changes: string[] = []
  const assets = readConsole()
  const api = createHydrant({
    contract: new URL('../../server/src/admin/admin.asyncapi.yaml', import.meta.url),
    limits: { maxMessageBytes: 4 * 1024 * 1024 },
  })
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    const asset = assets.get(url.pathname)
    if (asset !== undefined) {
      response
        .writeHead(200, { ...CONSOLE_HEADERS, 'content-type': asset.contentType, 'cache-control': asset.cacheControl })
        .end(asset.body)
    } else if (request.method === 'GET') answer(url, response, answers)
    else void record(request, url, response, changes)
  })
  // Only sockets reach Hydrant: its channels have the addresses of the lists.
  const doors = createServer()
  api.attach(doors)
  server.on('upgrade', (...upgrade) => doors.emit('upgrade', ...upgrade))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changes,
    publish: async (address, value) => void (await api.publish(address, value)),
    [Symbol.asyncDispose]: async () => {
      await api.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answer(url: URL, response: ServerResponse, answers: Answers): void {
  const found = answers[decodeURIComponent(url.pathname.slice(1))]
  if (found === undefined) {
    const problem = {
      type: 'urn:hydrant:not-found',
      title: 'Nothing is here',
      status: 404,
      code: 'not-found',
      detail: `no ${url.pathname}`,
    }
    response.writeHead(404, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem))
    return
  }
  const body = Array.isArray(found) ? pageOf(found as object[], url.searchParams) : found
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function pageOf(all: readonly object[], query: URLSearchParams): object {
  const search = query.get('search')
  const found = search === null ? all : all.filter((item) => JSON.stringify(item).includes(search))
  const from = Number(query.get('cursor') ?? 0)
  const to = from + Math.min(300, Number(query.get('limit') ?? 100))
  return { items: found.slice(from, to), next: to < found.length ? String(to) : null, total: found.length }
}

async function record(request: IncomingMessage, url: URL, response: ServerResponse, changes: string[]): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  changes.push(`${request.method} ${url.pathname}${url.search} ${body}`.trim())
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}
