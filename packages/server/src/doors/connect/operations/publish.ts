import type { PublishRequest, PublishResult } from '@hydrant/protocol'
import type { Published } from '../../../broker/broker.ts'
import { formatPosition } from '../../../broker/position.ts'
import { messageTrace } from '../../../message/message-trace.ts'
import type { Incoming } from '../../../publish/accept-message.ts'
import { resolve } from '../../request.ts'
import type { Session } from '../session.ts'

export function publish(session: Session, request: PublishRequest): Promise<void> | void {
  const at = resolve(session.service, request.channel)
  const { principal } = session.identity
  session.service.guard.check(principal, 'publish', at)
  const published = session.service.publisher.publish({
    at,
    role: 'client',
    sender: session.meter,
    messages: [toIncoming(request, at.channel.fromClients.encodings.includes('text'))],
    idempotencyKey: request.key,
    caller: principal,
  })
  const answer = ({ epoch, offsets, repeated }: Published): void => {
    const result: PublishResult = {
      position: formatPosition(epoch, offsets[0]!),
      ...(repeated ? { repeated: true } : {}),
    }
    session.reply(request.id, result)
  }
  if (published instanceof Promise) return published.then(answer)
  answer(published)
}

function toIncoming(request: PublishRequest, takesText: boolean): Incoming {
  const { data, base64, name, traceparent } = request
  const trace = traceparent === undefined ? undefined : messageTrace(traceparent, request.tracestate)
  if (base64 !== undefined) return { encoding: 'binary', bytes: Buffer.from(base64, 'base64'), name, trace }
  if (typeof data === 'string' && takesText) return { encoding: 'text', text: data, name, trace }
  return { encoding: 'json', value: data, name, trace }
}
