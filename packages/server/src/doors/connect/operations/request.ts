import { type CallRequest, PROTOCOL_LIMITS } from '@hydrant/protocol'
import { askApplication } from '../../../requests/ask-application.ts'
import { resolve } from '../../request.ts'
import type { Session } from '../session.ts'

/** PROTOCOL.md 8.2. Other requests do not wait for it: the reply comes when the application has answered. */
export function call(session: Session, { id, channel, data, name, timeoutMs }: CallRequest): void {
  const { service, ended } = session
  const at = resolve(service, channel)
  const { principal } = session.identity
  service.guard.check(principal, 'publish', at)
  const accepted = service.publisher.accept(at, 'client', session.meter, { encoding: 'json', value: data, name })
  const question = { at, accepted, principal, timeoutMs: timeoutMs ?? PROTOCOL_LIMITS.defaultRequestTimeoutMs, ended }
  askApplication(service, question).then(
    (reply) => session.reply(id, reply),
    (error: unknown) => session.fail(id, error),
  )
}
