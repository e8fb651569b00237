import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const HEADER = 'x-request-id'
const GIVEN = /^[\w.:-]{1,64}$/
/** Tells the requests of this process from those of another. */
const PREFIX = randomBytes(4).toString('hex')
let last = 0

/**
 * The id of a request in answers and logs: its own `X-Request-Id` where that is a word of at most 64 characters, otherwise a new
 * one, the same each time it is asked for.
 */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers[HEADER]
  if (typeof given === 'string' && GIVEN.test(given)) return given
  // Kept where the next one looks: no map and no property of our own for each request.
  return (headers[HEADER] = `${PREFIX}-${(++last).toString(36)}`)
}
