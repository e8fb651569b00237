import { CLOSE_UNAUTHENTICATED, type ParsedUp, problem, type Up } from '@hydrant/protocol'
import type { Service } from '../../service.ts'
import { authenticate } from './operations/authenticate.ts'
import { answerPing } from './operations/ping.ts'
import { presence } from './operations/presence.ts'
import { publish } from './operations/publish.ts'
import { call } from './operations/request.ts'
import { subscribe } from './operations/subscribe.ts'
import { unsubscribe } from './operations/unsubscribe.ts'
import type { Session } from './session.ts'

/** What gets a reply. Both kinds wait their turn, so that replies keep the order of the requests. */
export type Answerable = Exclude<ParsedUp, { kind: 'strike' }>

/** Carries out one request. Its reply is queued when this returns or resolves, except for `request`, which answers later. */
export function answer(session: Session, parsed: Answerable): Promise<void> | void {
  const { identity, connection } = session
  if (!identity.isKnown && !(parsed.kind === 'request' && parsed.request.op === 'authenticate')) {
    session.fail(parsed.kind === 'refused' ? parsed.id : parsed.request.id, identity.refusal())
    connection.close(CLOSE_UNAUTHENTICATED, 'authenticate comes first')
    return
  }
  if (parsed.kind === 'refused') {
    session.refuse(parsed.id, parsed.error)
    return
  }
  const { request } = parsed
  try {
    const answered = carryOut(session, request)
    return answered?.catch((error: unknown) => session.fail(request.id, error))
  } catch (error) {
    session.fail(request.id, error)
  }
}

function carryOut(session: Session, request: Up): Promise<void> | void {
  switch (request.op) {
    case 'subscribe':
      return subscribe(session, request)
    case 'unsubscribe':
      return unsubscribe(session, request)
    case 'publish':
      return publish(session, request)
    case 'request':
      return call(session, request)
    case 'presence':
      return presence(session, request)
    case 'ping':
      return answerPing(session, request)
    case 'authenticate':
      return authenticate(session, request)
  }
}

/** What nests too deep is refused in its turn, like a request. */
export function tooDeep(parsed: Answerable, { limits, observer }: Service): Answerable {
  observer.limitHit('json-depth')
  const error = problem('message-invalid', `expected JSON nested at most ${limits.maxJsonDepth} levels deep`)
  return { kind: 'refused', id: idOf(parsed), error }
}

function idOf(parsed: Answerable): number {
  return parsed.kind === 'refused' ? parsed.id : parsed.request.id
}

/** PROTOCOL.md 2.7. It waits its turn like a request, so that the replies keep their order. */
export function tooEarly(parsed: Answerable, retryAfterMs: number): Answerable {
  const detail = `expected fewer requests: the next is taken in ${retryAfterMs} ms`
  const error = problem('rate-limited', detail, { retryAfterMs })
  return { kind: 'refused', id: idOf(parsed), error }
}
