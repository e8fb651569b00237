import type { LogPage, ReadQuery } from '../../broker/broker.ts'
import { formatPosition } from '../../broker/position.ts'
import type { HydrantError } from '../../errors.ts'
import { envelopeJson, gapNotice } from '../../message/encode.ts'
import { nextEntry } from '../../hub/next-entry.ts'
import type { View } from '../../hub/live-batch.ts'
import type { Addressed } from '../../publish/publisher.ts'
import { logPolicy } from '../../publish/publisher.ts'
import type { Service } from '../../service.ts'
import { answerJson } from '../answer.ts'
import { standing } from '../reader-standing.ts'
import { askedRole, type ChannelVisit, flagOf, readerView, sinceOf, wholeNumberOf } from '../request.ts'
import { answerMembers } from './members.ts'
import { clientOf } from '../../transport/client-of.ts'

const DEFAULT_LIMIT = 100
const MAX_WAIT_SECONDS = 60
const MAX_PAGE_BYTES = 4 * 1024 * 1024

/** `GET` of a channel: a page of its history, held back by `?wait` until there is something to tell; with `?presence=true` who is here. */
export async function answerHistory(service: Service, visit: ChannelVisit): Promise<void> {
  const { at, principal, query, request, response } = visit
  const view = readerView(service, principal, at, askedRole(query))
  if (flagOf(query, 'presence')) return answerMembers(service, visit)
  const since = sinceOf(query.get('since'))
  const { maxPageMessages } = service.settings.values
  const limit =
    wholeNumberOf(query, 'limit', { min: 1, max: maxPageMessages }) ?? Math.min(DEFAULT_LIMIT, maxPageMessages)
  const waitSeconds = wholeNumberOf(query, 'wait', { min: 0, max: MAX_WAIT_SECONDS }) ?? 0
  const read: ReadQuery = { ...(since === undefined ? {} : { since }), limit, maxBytes: MAX_PAGE_BYTES }

  let page = await readVisible(service, at, view, read)
  if (waitSeconds > 0 && since !== undefined && isEmpty(page)) {
    page = await waitForPage(service, visit, view, read, waitSeconds)
  }
  const headers = {
    ...service.origins.corsHeaders(request),
    'Hydrant-Position': formatPosition(page.epoch, page.next),
    ...(page.more ? { Link: nextLink(at.address, page, query, service.guard.secretParameters) } : {}),
  }
  const json = pageJson(at, page, since !== undefined)
  const meter = service.observer.channel(at.channel).readers.http
  meter.messages += page.entries.length
  meter.bytes += json.length
  answerJson(response, 200, json, headers)
}

async function readVisible(service: Service, at: Addressed, view: View, query: ReadQuery): Promise<LogPage> {
  const page = await service.broker.read(at.address, logPolicy(at.channel), query)
  if (view === 'application') return page
  return { ...page, entries: page.entries.filter((entry) => entry.forClients) }
}

function isEmpty(page: LogPage): boolean {
  return page.entries.length === 0 && page.gap === undefined
}

/** Holds a feed while it looks, and waits only when nothing came meanwhile: nothing falls between the look and the wait. */
async function waitForPage(
  service: Service,
  { at, principal, query, request, response }: ChannelVisit,
  view: View,
  read: ReadQuery,
  waitSeconds: number,
): Promise<LogPage> {
  const policy = logPolicy(at.channel)
  const hold = await service.hub.hold(at.address, policy, service.observer.channel(at.channel))
  const stop = new AbortController()
  const abort = (): void => stop.abort()
  request.socket.once('close', abort)
  const sender = { door: 'http', remote: clientOf(request).address, principal: principal.id } as const
  const meter = service.observer.opened(sender, service.observer.software.of(request))
  let refused: HydrantError | undefined
  const stands = standing(
    service,
    principal,
    at,
    (current, place) => void readerView(service, current, place, askedRole(query)),
    (error) => {
      refused = error
      abort()
    },
  )
  const transport = {
    meter,
    following: () => [],
    messagesOut: () => 0,
    tap: () => {},
    goAway: abort,
    destroy: () => response.destroy(),
  }
  const open = Object.assign(stands, transport)
  service.transports.add(open)
  response.once('close', () => {
    service.observer.closed(meter, 'closed')
    service.transports.remove(open)
  })
  // What was decided before the wait may not hold any more.
  stands.recheck()
  const deadlineMs = service.clock.monotonicMs() + waitSeconds * 1000
  try {
    for (;;) {
      const seen = hold.feed.received
      const page = await readVisible(service, at, view, read)
      if (refused !== undefined) throw refused
      const leftMs = deadlineMs - service.clock.monotonicMs()
      if (!isEmpty(page) || leftMs <= 0 || stop.signal.aborted) return page
      if (hold.feed.received === seen) await nextEntry(hold.feed, view, leftMs, service.clock, stop.signal)
    }
  } finally {
    request.socket.off('close', abort)
    hold.release()
  }
}

function pageJson({ address, channel }: Addressed, page: LogPage, resumed: boolean): string {
  const recovery = !resumed
    ? ''
    : page.gap === undefined
      ? ',"recovered":true'
      : `,"recovered":false,"gap":${JSON.stringify(gapNotice(address, page.gap))}`
  const messages = page.entries.map((entry) => envelopeJson(page.epoch, entry)).join(',')
  const position = formatPosition(page.epoch, page.next)
  return `{"channel":${JSON.stringify(address)},"kind":"${channel.kind}","position":"${position}"${recovery},"messages":[${messages}]}\n`
}

/** A link is kept and passed on: credentials are not. */
function nextLink(address: string, page: LogPage, query: URLSearchParams, secrets: readonly string[]): string {
  const next = new URLSearchParams(query)
  for (const name of secrets) next.delete(name)
  next.set('since', formatPosition(page.epoch, page.next))
  const path = address.split('/').map(encodeURIComponent).join('/')
  return `<${path}?${next.toString()}>; rel="next"`
}
