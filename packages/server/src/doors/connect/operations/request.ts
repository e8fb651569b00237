import { type CallRequest, type CallResult, PROTOCOL_LIMITS } from '@hydrant/protocol'
import { checkReply, type Reply, type RequestHandler } from '../../../requests/requests.ts'
import { resolve } from '../../request.ts'
import { refusal } from '../problems.ts'
import type { Session } from '../session.ts'

/** PROTOCOL.md 8.2. Other requests do not wait for it: the reply comes when the application has answered. */
export function call(session: Session, { id, channel: path, data, name, timeoutMs }: CallRequest): void {
  const { service } = session
  const at = resolve(service, path)
  service.guard.check(session.identity.principal, 'publish', at)
  const { channel, address, parameters } = at
  const accepted = service.publisher.accept(at, 'client', session.meter, { encoding: 'json', value: data, name })
  const handler = service.requests.handlerOf(channel)
  if (handler === undefined) throw refusal('request-unhandled', `nothing answers requests to ${channel.address}`)

  const limitMs = timeoutMs ?? PROTOCOL_LIMITS.defaultRequestTimeoutMs
  const waiting = new AbortController()
  const cancelTimeout = service.clock.after(limitMs, () => {
    waiting.abort()
    session.fail(id, refusal('request-timeout', `no answer came within ${limitMs} ms`))
  })
  const giveUp = (): void => waiting.abort()
  session.ended.addEventListener('abort', giveUp)
  const request = { address, parameters, name: accepted.message.name, data: accepted.value, signal: waiting.signal }
  ask(handler, request)
    .then((answer): Reply => checkReply(channel, accepted.message, answer))
    .then(
      (reply: CallResult) => {
        if (!waiting.signal.aborted) session.reply(id, reply)
      },
      (error: unknown) => {
        if (!waiting.signal.aborted) session.fail(id, error)
      },
    )
    .finally(() => {
      cancelTimeout()
      session.ended.removeEventListener('abort', giveUp)
    })
    .catch((error: unknown) => service.onFault(error))
}

async function ask(handler: RequestHandler, request: Parameters<RequestHandler>[0]): Promise<unknown> {
  return handler(request)
}
