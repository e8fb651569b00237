import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

import { pageAssets } from '../../src/page/assets.ts'
import { PAGE_CSP } from '../../src/page/render-page.ts'

/** A stand-in for the doors: it serves a page and plays the part of a channel that the test directs. */
export interface PageServer extends AsyncDisposable {
  readonly url: string
  /** Addresses of the requests that were made to channels, in order: method, then path with query. */
  readonly requests: readonly string[]
  /** Sends to every open WebSocket. */
  push: (frame: object) => void
  /** Sends an event to every open SSE stream. */
  pushEvent: (event: { id: string; name: string; data: unknown }) => void
  /** Cuts every WebSocket off, without a closing handshake. */
  cut: () => void
  /** Resolves when this many live readers (sockets and streams) have come since the start. */
  readers: (count: number) => Promise<void>
}

/** Starts it on a free port of the loopback address. `/trades/MSFT` answers 404, as a parameter that is not allowed does. */
export async function startPageServer(html: string): Promise<PageServer> {
  const requests: string[] = []
  const sockets = new Set<WebSocket>()
  const streams = new Set<ServerResponse>()
  const waiting: { count: number; resolve: () => void }[] = []
  let readers = 0
  const arrived = (): void => {
    readers++
    for (const { count, resolve } of waiting) if (readers >= count) resolve()
  }

  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    const asset = pageAssets.get(path)
    const headers = { 'content-security-policy': PAGE_CSP }
    if (path === '/' || path.startsWith('/-/docs?')) {
      response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(html)
    } else if (asset !== undefined) {
      response.writeHead(200, { ...headers, 'content-type': asset.contentType }).end(asset.body)
    } else {
      requests.push(`${request.method} ${path}`)
      if (request.method === 'POST') void publish(request, response)
      else if (request.headers.accept === 'text/event-stream') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
        streams.add(response)
        arrived()
      } else history(path, response)
    }
  })
  const webSockets = new WebSocketServer({ server })
  webSockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    requests.push(`WS ${request.url}`)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    arrived()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    push: (frame) => {
      for (const socket of sockets) socket.send(JSON.stringify(frame))
    },
    pushEvent: ({ id, name, data }) => {
      for (const stream of streams) stream.write(`id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
    },
    cut: () => {
      for (const socket of sockets) socket.terminate()
    },
    readers: (count) =>
      readers >= count ? Promise.resolve() : new Promise((resolve) => void waiting.push({ count, resolve })),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.terminate()
      webSockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function history(path: string, response: ServerResponse): void {
  if (path.startsWith('/trades/MSFT')) {
    problem(response, 404, {
      type: 'urn:hydrant:parameter-invalid',
      title: 'No such channel',
      detail: 'symbol: expected one of AAPL',
    })
    return
  }
  const message = {
    position: 'e1:7',
    time: '2026-01-31T12:00:00.000Z',
    name: 'trade',
    data: { price: 1.5, side: 'buy' },
  }
  response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(JSON.stringify({ channel: path, position: 'e1:7', messages: [message] }))
}

async function publish(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  if (body.includes('"price"')) {
    response.writeHead(201, { 'content-type': 'application/json' }).end('{"position":"e1:9"}')
    return
  }
  problem(response, 422, {
    type: 'urn:hydrant:message-invalid',
    title: 'The message matches no schema of this channel',
    errors: [{ pointer: '/price', expected: 'number', got: 'nothing' }],
  })
}

function problem(response: ServerResponse, status: number, details: object): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ status, ...details }))
}
