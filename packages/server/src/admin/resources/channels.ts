import type { Channel, Message } from '@hydrant/contract'
import { formatPosition } from '../../broker/position.ts'
import { HydrantError } from '../../errors.ts'
import { publishableExample } from '../../page/message-example.ts'
import { type AdminCall, type AdminHandlers, textOf } from '../call.ts'
import { pageOf, sortOf } from '../pages.ts'
import type { AdminParts } from '../parts.ts'
import type { AddressRecord } from '../watch/address-book.ts'
import { timeOf } from './status.ts'

/** `GET /channels`, `/channels/{channel}`, `/addresses`. */
export function channelHandlers(parts: AdminParts): AdminHandlers {
  const { host } = parts
  return {
    listChannels(call) {
      const wanted = textOf(call, 'search')?.toLowerCase()
      const use = addressUse(parts)
      const channels = [...host.contract.channels.entries()].filter(
        ([, { id, address, title = '' }]) =>
          wanted === undefined || `${id} ${address} ${title}`.toLowerCase().includes(wanted),
      )
      return {
        json: pageOf(call, {
          items: channels,
          keyOf: ([index, { id }]) => ({ value: index, id }),
          show: ([, channel]) => showChannel(parts, channel, use),
        }),
      }
    },
    getChannel(call) {
      return { json: showChannelDetails(parts, channelOf(parts, call.path['channel']!)) }
    },
    listAddresses(call) {
      const { by, descending } = sortOf(call, 'address')
      return {
        json: pageOf(call, {
          items: addressesOf(parts, call),
          keyOf: (item) => ({ value: item[by as keyof Address] ?? '', id: item.address }),
          descending,
          show: (item) => item,
        }),
      }
    },
  }
}

/** Throws `not-found`. */
export function channelOf({ host }: AdminParts, id: string): Channel {
  const channel = host.contract.channels.find((each) => each.id === id)
  if (channel === undefined) throw new HydrantError('not-found', `no channel has the id ${JSON.stringify(id)}`)
  return channel
}

/** `ChannelDetails` of the description. */
export function showChannelDetails(parts: AdminParts, channel: Channel): object {
  const { description } = channel
  return {
    ...showChannel(parts, channel, addressUse(parts)),
    ...(description === undefined ? {} : { description }),
    schemas: channel.messages.map((message) => showMessage(channel, message)),
  }
}

/** Addresses with a reader and subscribers, by channel. */
type AddressUse = ReadonlyMap<string, { live: number; subscribers: number }>

export function addressUse({ host, watch }: AdminParts): AddressUse {
  const use = new Map<string, { live: number; subscribers: number }>()
  const of = (channel: string): { live: number; subscribers: number } => {
    let found = use.get(channel)
    if (found === undefined) {
      found = { live: 0, subscribers: 0 }
      use.set(channel, found)
    }
    return found
  }
  for (const { channel } of watch.addresses.all()) of(channel).live++
  for (const feed of host.feeds()) {
    const match = host.contract.match(feed.address)
    if (!match.ok) continue
    const found = of(match.channel.id)
    found.subscribers += feed.memberCount
    if (watch.addresses.get(feed.address) === undefined) found.live++
  }
  return use
}

export function showChannel({ rates }: AdminParts, channel: Channel, use: AddressUse): object {
  const { id, address, title, summary, kind, overflow, parameters, history, messages } = channel
  const perSecond = rates.ratesOf(address)
  const totals = rates.totalsOf(address)
  return {
    id,
    address,
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
    kind,
    overflow,
    parameters,
    history,
    messages: messages.map((message) => ({ name: message.name, ...directionsOf(channel, message) })),
    liveAddresses: use.get(id)?.live ?? 0,
    subscribers: use.get(id)?.subscribers ?? 0,
    messagesInPerSecond: perSecond.messagesIn,
    messagesOutPerSecond: perSecond.messagesOut,
    invalidPerSecond: perSecond.invalid,
    messagesIn: totals.messagesIn,
    invalid: totals.invalid,
  }
}

export function directionsOf(channel: Channel, message: Message): { toClients: boolean; fromClients: boolean } {
  return {
    toClients: channel.toClients.messages.includes(message),
    fromClients: channel.fromClients.messages.includes(message),
  }
}

/** `MessageSchema` of the description. */
export function showMessage(channel: Channel, message: Message): object {
  const { name, title, summary, description, contentType, encoding, deprecated, payloadSchema } = message
  const example = publishableExample(channel, message)
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    contentType,
    encoding,
    ...directionsOf(channel, message),
    deprecated,
    ...(payloadSchema === undefined ? {} : { payloadSchema }),
    ...(example === undefined ? {} : { example: example.payload }),
  }
}

/** `Address` of the description. */
export interface Address {
  readonly address: string
  readonly channel: string
  readonly subscribers: number
  readonly position: string | null
  readonly messages: number
  readonly messagesPerSecond: number
  readonly lastMessageAt: string | null
}

/** The live addresses that a call asks for. */
export function addressesOf(parts: AdminParts, call: Pick<AdminCall, 'query'>): Address[] {
  const wanted = String(call.query['search'] ?? '').toLowerCase()
  const { channel } = call.query
  const fits = (address: string, id: string): boolean =>
    (channel === undefined || channel === id) && (wanted === '' || address.toLowerCase().includes(wanted))
  const { host, watch } = parts
  const { clock } = host.service
  const nowMs = clock.wallMs()
  const found: Address[] = []
  for (const record of watch.addresses.all()) {
    if (fits(record.address, record.channel)) {
      found.push(showAddress(record, host.feed(record.address)?.memberCount ?? 0, nowMs))
    }
  }
  for (const feed of host.feeds()) {
    if (watch.addresses.get(feed.address) !== undefined) continue
    const match = host.contract.match(feed.address)
    if (!match.ok || !fits(feed.address, match.channel.id)) continue
    found.push({
      address: feed.address,
      channel: match.channel.id,
      subscribers: feed.memberCount,
      position: feed.received === 0 ? null : formatPosition(feed.epoch, feed.received),
      messages: 0,
      messagesPerSecond: 0,
      lastMessageAt: null,
    })
  }
  return found
}

function showAddress(record: AddressRecord, subscribers: number, nowMs: number): Address {
  const { address, channel, epoch, offset, messages, lastMs } = record
  return {
    address,
    channel,
    subscribers,
    position: formatPosition(epoch, offset),
    messages,
    messagesPerSecond: Math.round(record.rateAt(nowMs) * 100) / 100,
    lastMessageAt: timeOf(lastMs),
  }
}
