import { type CallRequest, PROTOCOL_LIMITS } from '@hydrant/protocol'
import { messageTrace } from '../../../message/message-trace.ts'
import { askApplication } from '../../../requests/ask-application.ts'
import type { Reply } from '../../../requests/requests.ts'
import { resolve } from '../../request.ts'
import type { Session } from '../session.ts'

/** PROTOCOL.md 8.2. Other requests do not wait for it: the reply comes when the application has answered. */
export function call(session: Session, request: CallRequest): void {
  const { service, ended } = session
  const { id, channel, data, name, timeoutMs } = request
  const at = resolve(service, channel)
  const { principal } = session.identity
  service.guard.check(principal, 'publish', at)
  const accepted = service.publisher.accept(at, 'client', session.meter, { encoding: 'json', value: data, name })
  const question = { at, accepted, principal, timeoutMs: timeoutMs ?? PROTOCOL_LIMITS.defaultRequestTimeoutMs, ended }
  const span = service.tracing?.question(at, messageTrace(request.traceparent, request.tracestate))
  const ask = (): Promise<Reply> => askApplication(service, question)
  const asked = span === undefined ? ask() : Promise.resolve(span.during(() => span.run(ask)))
  asked.then(
    (reply) => session.reply(id, reply),
    (error: unknown) => session.fail(id, error),
  )
}
