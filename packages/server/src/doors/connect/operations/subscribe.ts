import type { ChannelRequest, NotSubscribed, Subscribed, SubscribeRequest, SubscribeResult } from '@hydrant/protocol'
import type { Gap, LogPage } from '../../../broker/broker.ts'
import { formatPosition, type Position } from '../../../broker/position.ts'
import { HydrantError } from '../../../errors.ts'
import { HoseSink } from '../../../hub/hose-sink.ts'
import type { FeedHold } from '../../../hub/hub.ts'
import type { Subscription, SubscriptionOptions } from '../../../hub/subscription.ts'
import { type Addressed, logPolicy } from '../../../publish/publisher.ts'
import { resolve, sinceOf } from '../../request.ts'
import { startOf } from '../../start.ts'
import { refusal, toProtocolProblem } from '../problems.ts'
import { SessionChannel } from '../session-channel.ts'
import type { Session } from '../session.ts'

/** A subscription that is ready to deliver as soon as the reply has gone out. */
interface Prepared {
  readonly result: Subscribed
  readonly subscription: Subscription
}

/** PROTOCOL.md §3: each channel succeeds or fails alone, and the reply comes before the first message. */
export async function subscribe(session: Session, { id, channels }: SubscribeRequest): Promise<void> {
  const prepared: (Prepared | NotSubscribed)[] = []
  for (const request of channels) prepared.push(await prepare(session, request))
  if (session.isOver) return
  const result: SubscribeResult = { channels: prepared.map((each) => ('result' in each ? each.result : each)) }
  session.reply(id, result)
  for (const each of prepared) if ('subscription' in each) each.subscription.start()
}

async function prepare(session: Session, request: ChannelRequest): Promise<Prepared | NotSubscribed> {
  try {
    return await begin(session, request)
  } catch (error) {
    return { channel: request.channel, error: toProtocolProblem(error, session.service) }
  }
}

async function begin(session: Session, request: ChannelRequest): Promise<Prepared> {
  const { service, subscriptions } = session
  const at = resolve(service, request.channel)
  const { channel, address } = at
  service.guard.check(session.identity.principal, 'subscribe', at)
  if (channel.toClients.messages.length === 0) {
    throw new HydrantError('wrong-direction', `${channel.address} sends nothing to clients`)
  }
  if (!subscriptions.has(address) && subscriptions.size >= service.settings.values.maxChannelsPerConnection) {
    const limit = service.settings.values.maxChannelsPerConnection
    service.observer.limitHit('channels')
    throw refusal('too-many-channels', `expected at most ${limit} subscriptions on one connection`)
  }

  const hold = await service.hub.hold(address, logPolicy(channel), service.observer.channel(channel))
  if (session.isOver) {
    hold.release()
    throw new HydrantError('unavailable', 'the connection has ended')
  }
  try {
    const { start, recovery } = await findStart(session, at, request, hold)
    const members = await followPresence(session, address, request.presence === true)
    // What was decided before the waits may not hold any more.
    service.guard.check(session.identity.principal, 'subscribe', resolve(service, address))
    // From here on nothing waits: the earlier subscription ends exactly where this one goes on.
    const goesOn = subscriptions.end(address)
    const made = new SessionChannel(session, channel, hold)
    made.hose = hoseOf(made, session, at, request)
    made.subscribe(start ?? startOf(channel, goesOn))
    subscriptions.add(made)
    return {
      subscription: made.subscription,
      result: { channel: address, kind: channel.kind, ...made.introduce(), ...recovery, ...members },
    }
  } catch (error) {
    hold.release()
    if (!subscriptions.has(address)) service.presence.unwatch(address, session.id)
    throw error
  }
}

interface FoundStart {
  /** Undefined: where the earlier subscription was, or where a new one begins. */
  readonly start?: SubscriptionOptions['start']
  readonly recovery: Pick<Subscribed, 'recovered' | 'gap'>
}

async function findStart(
  session: Session,
  { channel, address }: Addressed,
  request: ChannelRequest,
  { feed }: FeedHold,
): Promise<FoundStart> {
  const policy = logPolicy(channel)
  const read = async (query: { since?: Position; limit: number }): Promise<LogPage> =>
    session.service.broker.read(address, policy, { ...query, maxBytes: Infinity })
  const meter = session.service.observer.channel(channel).readers.socket
  const since = sinceOf(request.since)
  if (since !== undefined) {
    // Only what was lost is asked here: what follows is read when it can be sent.
    const { gap } = await read({ since, limit: 1 })
    if (gap === undefined) {
      meter.resumed++
      return { start: { since }, recovery: { recovered: true } }
    }
    meter.resumedWithGap++
    meter.gaps[gap.reason]++
    meter.dropped += gap.missed ?? 0
    return { start: { since: gap.to }, recovery: { recovered: false, gap: toRange(gap) } }
  }
  if (request.last === 0) return { start: { since: { epoch: feed.epoch, offset: feed.received } }, recovery: {} }
  if (request.last !== undefined) {
    const page = await read({ limit: request.last })
    const before = (page.entries[0]?.offset ?? page.next + 1) - 1
    return { start: { since: { epoch: page.epoch, offset: before } }, recovery: {} }
  }
  return { recovery: {} }
}

function toRange({ from, to, missed, reason }: Gap): NonNullable<Subscribed['gap']> {
  return {
    from: formatPosition(from.epoch, from.offset),
    to: formatPosition(to.epoch, to.offset),
    ...(missed === undefined ? {} : { missed }),
    reason,
  }
}

function hoseOf(
  sink: SessionChannel,
  { service }: Session,
  { channel }: Addressed,
  { rate, conflate }: ChannelRequest,
): HoseSink | undefined {
  if (rate === undefined && conflate === undefined) return undefined
  const meter = service.observer.channel(channel).readers.socket
  return new HoseSink(sink, service.clock, { rate, conflate }, meter)
}

/** Watches first and asks then: nothing that happens in between is missed. */
async function followPresence(
  session: Session,
  address: string,
  follows: boolean,
): Promise<Pick<Subscribed, 'members'>> {
  const { presence } = session.service
  presence.unwatch(address, session.id)
  if (!follows) return {}
  presence.watch(address, session.id, (change) => session.push({ push: 'presence', channel: address, ...change }))
  const members = await presence.membersOf(address)
  // Who has gone meanwhile is not there to be told.
  if (session.isOver) presence.unwatch(address, session.id)
  return { members }
}
