import type { IncomingMessage } from 'node:http'
import { CommandError } from '../exit-codes.ts'
import { DoorClosed } from './event.ts'
import { describeProblem, readProblem } from './problem.ts'

/** What an answer that opens no live door means: knock again later, or give up with the server's reason. */
export async function refusal(response: IncomingMessage, url: URL): Promise<DoorClosed | CommandError> {
  const status = response.statusCode ?? 0
  const retryAfterSeconds = Number(response.headers['retry-after'])
  if (status === 429 || status >= 500) {
    response.resume()
    const hasHint = Number.isFinite(retryAfterSeconds) && retryAfterSeconds >= 0
    return new DoorClosed(`the server answered ${status}`, {
      retry: true,
      ...(hasHint && { retryAfterMs: retryAfterSeconds * 1000 }),
    })
  }
  return new CommandError('refused', describeProblem(await readProblem(response, url)))
}
