import type { Channel } from '@hydrant/contract'
import { type DeclaredCode, ERRORS, HydrantError } from '../errors.ts'

/**
 * What a handler throws to refuse with a code that the contract declares for the channel (`x-hydrant.errors`). `detail` reaches the
 * client. A code that is not declared there is a fault of the handler: the client gets `internal`, and the operator is told.
 */
export class ApplicationError extends Error {
  override readonly name = 'ApplicationError'
  readonly code: string

  constructor(code: string, detail: string, options?: ErrorOptions) {
    super(detail, options)
    this.code = code
  }
}

/** What a handler of the channel threw, as the caller is told: declared errors with their code, everything else as it is. */
export function asDeclared(channel: Channel, thrown: unknown): unknown {
  if (!(thrown instanceof ApplicationError)) return thrown
  const { code, message } = thrown
  const found = channel.errors.find((each) => each.code === code)
  if (found === undefined) {
    const known = channel.errors.map((each) => each.code).join(', ') || 'none'
    return new Error(`a handler threw ${JSON.stringify(code)}; the errors that ${channel.address} declares: ${known}`, {
      cause: thrown,
    })
  }
  // Our own codes keep their status: the contract only says that they are to be expected.
  const own = Object.hasOwn(ERRORS, code) ? {} : { status: found.status, title: found.title }
  return new HydrantError(code as DeclaredCode, message, { ...own, cause: thrown })
}
