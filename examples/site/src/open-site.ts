import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hydrant } from '@hydrant/server'
import { bundlePage } from './bundle-page.ts'

/** An API and the page that uses it, on one port. Disposing of it stops both. */
export interface Site extends AsyncDisposable {
  readonly api: Hydrant
  /** Where the page is: `http://localhost:8080/`. */
  readonly url: string
}

/** What `openSite` serves. */
export interface SiteParts {
  readonly api: Hydrant
  /** The folder with `index.html`, `page.css` and `page.ts` (or `.tsx`). */
  readonly page: URL
  /** 0 takes a free one. */
  readonly port: number
  /** What else the site answers, by path: a login, say. */
  readonly routes?: Readonly<Record<string, RequestListener>>
  /** Runs when the site is closed, before the API is. */
  readonly onClose?: () => void
}

/** Serves the page, and everything else by the API. Rejects with the system's error (`EADDRINUSE`). */
export async function openSite({ api, page, port, routes = {}, onClose }: SiteParts): Promise<Site> {
  const files = await bundlePage(page)
  const servePage: RequestListener = (request, response) => {
    const path = request.url?.split('?')[0] ?? '/'
    const [route, file] = [routes[path], files.get(path)]
    if (route !== undefined) route(request, response)
    else if (file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { ...HEADERS, 'Content-Type': file.contentType }).end(file.body)
  }
  const server = createServer(servePage)
  api.attach(server)
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(port, 'localhost', listening)
  })
  return {
    api,
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      onClose?.()
      server.close()
      await api.close()
      server.closeAllConnections()
    },
  }
}

/** The page loads nothing from elsewhere and talks to nobody else. */
const HEADERS = { 'Content-Security-Policy': "default-src 'self'", 'Cache-Control': 'no-store' }
