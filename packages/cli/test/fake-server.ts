import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of a test, on a free port. */
export interface FakeServer extends AsyncDisposable {
  readonly url: URL
  readonly server: http.Server
}

/** Answers every request as told: what a door client does with each answer is the subject, not the server. */
export async function fakeServer(answer: http.RequestListener): Promise<FakeServer> {
  const server = http.createServer(answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    server,
    url: new URL(`http://127.0.0.1:${port}/prices/AAPL`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The body of a request. */
export async function bodyOf(request: http.IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString()
}

/** Answers with problem details. */
export function answerProblem(response: http.ServerResponse, status: number, code: string, members: object = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/problem+json' })
  response.end(JSON.stringify({ type: `urn:hydrant:${code}`, title: code, status, code, ...members }))
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  await using server = await fakeServer(() => {})
  return Number(server.url.port)
}
