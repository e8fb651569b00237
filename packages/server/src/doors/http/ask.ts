import { PROTOCOL_LIMITS } from '@hydrant/protocol'
import { HydrantError } from '../../errors.ts'
import type { Incoming } from '../../publish/accept-message.ts'
import { askApplication } from '../../requests/ask-application.ts'
import type { Service } from '../../service.ts'
import { answerJson } from '../answer.ts'
import { type ChannelVisit, wholeNumberOf } from '../request.ts'
import { clientOf } from '../../transport/client-of.ts'

/**
 * `POST` with `?request=true`: asks the application, as a client, and answers with the payload of its reply. The caller is known to be
 * allowed to publish here.
 */
export async function answerRequest(
  service: Service,
  { at, principal, query, request, response }: ChannelVisit,
  messages: readonly Incoming[],
): Promise<void> {
  const [message, ...others] = messages
  if (message === undefined || others.length > 0) {
    throw new HydrantError('bad-request', `a request is one message, got ${messages.length}`)
  }
  // A publish can be sent again and is done once; what the application does when it is asked twice is not for us to know.
  if (request.headers['idempotency-key'] !== undefined) {
    throw new HydrantError('bad-request', 'Idempotency-Key: a request is not repeated, so it takes none')
  }
  const maxSeconds = PROTOCOL_LIMITS.requestTimeoutMs / 1000
  const seconds = wholeNumberOf(query, 'wait', { min: 1, max: maxSeconds })
  const timeoutMs = seconds === undefined ? PROTOCOL_LIMITS.defaultRequestTimeoutMs : seconds * 1000
  const sender = { door: 'http', remote: clientOf(request).address, principal: principal.id } as const
  const accepted = service.publisher.accept(at, 'client', sender, message)

  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { name, data } = await askApplication(service, { at, accepted, principal, timeoutMs, ended: gone.signal })
  answerJson(response, 200, `${JSON.stringify(data)}\n`, {
    ...service.origins.corsHeaders(request),
    'Hydrant-Message': encodeURIComponent(name),
  })
}
