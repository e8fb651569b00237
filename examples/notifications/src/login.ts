import type { RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { tokenFor } from './token.ts'

const USERS = new Set(['ann', 'ben', 'cem'])

/** `POST /login` with a name answers a token. An example has no passwords; yours asks for one here. */
export function login(tokenSeconds: number): RequestListener {
  return (request, response) => {
    void (async () => {
      const user = await text(request)
      if (request.method !== 'POST' || !USERS.has(user)) return response.writeHead(401).end()
      return response.end(await tokenFor(user, tokenSeconds))
    })()
  }
}
