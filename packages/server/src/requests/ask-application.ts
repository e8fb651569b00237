import type { AcceptedMessage } from '../publish/accept-message.ts'
import { asDeclared } from '../publish/application-error.ts'
import type { Addressed } from '../publish/publisher.ts'
import { HydrantError } from '../errors.ts'
import type { Principal } from '../guard/principal.ts'
import type { Service } from '../service.ts'
import { checkReply, type Reply } from './requests.ts'

/** A request that has passed the contract. */
export interface Question {
  readonly at: Addressed
  readonly accepted: AcceptedMessage
  /** Who asks. */
  readonly principal: Principal
  /** 1 to 60,000. */
  readonly timeoutMs: number
  /** Aborted when nobody waits for the answer any more. */
  readonly ended: AbortSignal
}

/**
 * Asks the application's handler. Rejects with `request-unhandled`, with `request-timeout` (a later answer is dropped), or as the
 * handler refuses. Never settles once `ended` is aborted.
 */
export function askApplication(
  service: Service,
  { at, accepted, principal, timeoutMs, ended }: Question,
): Promise<Reply> {
  const { channel, address, parameters } = at
  const handler = service.requests.handlerOf(channel)
  if (handler === undefined) {
    return Promise.reject(new HydrantError('request-unhandled', `nothing answers requests to ${channel.address}`))
  }
  return new Promise((resolve, reject) => {
    const waiting = new AbortController()
    const cancelTimeout = service.clock.after(timeoutMs, () => {
      waiting.abort()
      reject(new HydrantError('request-timeout', `no answer came within ${timeoutMs} ms`))
    })
    const giveUp = (): void => waiting.abort()
    ended.addEventListener('abort', giveUp)
    const { signal } = waiting
    const ask = async (): Promise<unknown> =>
      handler({ address, parameters, name: accepted.message.name, data: accepted.value, principal, signal })
    ask()
      .then((answer) => checkReply(channel, accepted.message, answer))
      .then(
        (reply) => signal.aborted || resolve(reply),
        (error: unknown) => signal.aborted || reject(asDeclared(channel, error) as Error),
      )
      .finally(() => {
        cancelTimeout()
        ended.removeEventListener('abort', giveUp)
      })
      .catch((error: unknown) => service.onFault(error))
  })
}
