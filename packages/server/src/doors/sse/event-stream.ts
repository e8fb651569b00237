import { type HydrantError, toHydrantError } from '../../errors.ts'
import type { Principal } from '../../guard/principal.ts'
import type { Sink } from '../../hub/sink.ts'
import { Subscription } from '../../hub/subscription.ts'
import { type EventStreamFormat, eventStreamNotice } from '../../message/encode.ts'
import { requestIdOf } from '../../observe/request-id.ts'
import type { Addressed } from '../../publish/publisher.ts'
import type { Service } from '../../service.ts'
import type { Goodbye, OpenTransport, Tap } from '../../transport/open-transports.ts'
import { ResponseStream } from '../../transport/response-stream.ts'
import { standing } from '../reader-standing.ts'
import { askedRole, type ChannelVisit, flagOf, readerView, resolve, sinceOf } from '../request.ts'
import { positionHeader, startOf } from '../start.ts'
import { clientOf } from '../../transport/client-of.ts'

/** A comment now and then keeps proxies from closing a quiet stream. */
const KEEP_ALIVE = { everyMs: 15_000, chunk: Buffer.from(':\n\n') } as const
/** What `EventSource` waits before it connects again. */
const RETRY_HINT_MS = 2_000

/** `GET` with `Accept: text/event-stream`: the channel live, as Server-Sent Events (WHATWG HTML §9.2). */
export async function answerEventStream(
  service: Service,
  { at, principal, query, request, response }: ChannelVisit,
): Promise<void> {
  const { channel, address } = at
  const asked = askedRole(query)
  const view = readerView(service, principal, at, asked)
  const since = sinceOf(request.headers['last-event-id']?.toString() ?? query.get('since'))
  const start = startOf(channel, since)
  const format = flagOf(query, 'envelope') ? 'event-stream-envelope' : 'event-stream'
  const terms = service.readerTerms.of(channel, 'sse', view)
  const hold = await service.hub.hold(address, terms.policy, service.observer.channel(channel))
  if (response.destroyed) {
    hold.release()
    return
  }
  try {
    // What was decided before the wait may not hold any more.
    readerView(service, service.guard.renewed(principal), resolve(service, address), asked)
  } catch (error) {
    hold.release()
    throw error
  }
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    // nginx holds responses back unless it is told not to.
    'X-Accel-Buffering': 'no',
    'X-Request-Id': requestIdOf(request),
    ...Object.fromEntries(positionHeader(start, hold.feed)),
    ...service.origins.corsHeaders(request),
  })
  if (request.method === 'HEAD') {
    hold.release()
    response.end()
    return
  }

  const { observer } = service
  observer.handshake('sse', 'accepted')
  const sender = { door: 'sse', remote: clientOf(request).address, principal: principal.id } as const
  const meter = observer.opened(sender, observer.software.of(request))
  const stream = new ResponseStream({
    response,
    turn: service.turn,
    deadlines: service.deadlines,
    writeTimeoutMs: service.wireLimits.writeTimeoutMs,
    keepAlive: KEEP_ALIVE,
    meter,
  })
  const subscription = new Subscription({
    terms,
    feed: hold.feed,
    sink: eventStreamSink(service, stream, format, address),
    start,
    resumes: since !== undefined,
  })
  const fail = (error: HydrantError): void => {
    subscription.close()
    stream.send(eventStreamNotice('hydrant.error', error.toProblem(address)))
    stream.end()
  }
  const check = (current: Principal, place: Addressed): void => void readerView(service, current, place, asked)
  const transport = {
    meter,
    following: () => [subscription],
    messagesOut: () => subscription.delivered,
    tap: (tap: Tap | undefined) => {
      stream.tap = tap
    },
    goAway: ({ retryAfterMs }: Goodbye) => {
      if (retryAfterMs !== undefined) stream.send(Buffer.from(`retry: ${retryAfterMs}\n\n`))
      stream.end()
    },
    destroy: () => response.destroy(),
  } satisfies Partial<OpenTransport>
  const open = Object.assign(standing(service, principal, at, check, fail), transport)
  service.transports.add(open)
  response.once('close', () => {
    subscription.close()
    hold.release()
    observer.closed(meter, 'closed')
    service.transports.remove(open)
  })
  stream.send(Buffer.from(`retry: ${RETRY_HINT_MS}\n\n`))
  subscription.start()
}

function eventStreamSink(service: Service, stream: ResponseStream, format: EventStreamFormat, address: string): Sink {
  return {
    format,
    get queuedBytes() {
      return stream.queuedBytes
    },
    // What its only channel has for this turn is all there is.
    send: (chunk) => stream.sendNow(chunk),
    sendNotice: (event, notice) => stream.send(eventStreamNotice(event, notice)),
    onceDrained: (run) => stream.onceDrained(run),
    endSlow: () => stream.end(),
    endFailed: (error) => {
      service.onFault(error)
      stream.send(eventStreamNotice('hydrant.error', toHydrantError(error).toProblem(address)))
      stream.end()
    },
  }
}
