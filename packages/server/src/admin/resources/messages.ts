import type { Channel, Message } from '@hydrant/contract'
import { formatPosition } from '../../broker/position.ts'
import { HydrantError } from '../../errors.ts'
import type { FieldTraffic } from '../../observe/traffic/field-traffic.ts'
import type { MessageTraffic } from '../../observe/traffic/message-traffic.ts'
import { driftOf } from '../../observe/traffic/drift.ts'
import { logPolicy } from '../../publish/publisher.ts'
import { type AdminHandlers, jsonResponse, textOf } from '../call.ts'
import { MAX_PAGE_BYTES, pageOf } from '../pages.ts'
import type { AdminParts } from '../parts.ts'
import { shownJson } from '../watch/tails.ts'
import { channelOf, directionsOf, showMessage } from './channels.ts'
import { timeOf } from './status.ts'

interface Place {
  readonly channel: Channel
  readonly message: Message
}

/** `GET /messages`, `GET /messages/{channel}/{message}`. */
export function messageHandlers(parts: AdminParts): AdminHandlers {
  return {
    listMessages(call) {
      const wanted = textOf(call, 'search')?.toLowerCase()
      const only = textOf(call, 'channel')
      const places = [...placesOf(parts).entries()].filter(
        ([, { channel, message }]) =>
          (only === undefined || channel.id === only) &&
          (wanted === undefined || `${channel.address} ${message.name}`.toLowerCase().includes(wanted)),
      )
      return {
        json: pageOf(call, {
          items: places,
          keyOf: ([index]) => ({ value: index, id: index }),
          show: ([, place]) => summaryOf(parts, place),
        }),
      }
    },
    async getMessage({ path }) {
      const channel = channelOf(parts, path['channel']!)
      const message = channel.messages.find(({ name }) => name === path['message'])
      if (message === undefined) {
        throw new HydrantError('not-found', `${channel.id} has no message ${JSON.stringify(path['message'])}`)
      }
      const last = await newestOf(parts, { channel, message })
      const details = JSON.stringify(showMessageDetails(parts, { channel, message }))
      // As text, so that numbers keep their digits.
      return { response: jsonResponse(last === undefined ? details : `${details.slice(0, -1)},"last":${last}}`) }
    },
  }
}

/** Every message of every channel, in document order. */
export function placesOf({ host }: AdminParts): Place[] {
  return host.contract.channels.flatMap((channel) => channel.messages.map((message) => ({ channel, message })))
}

/** `MessageDetails` of the description. */
export function showMessageDetails(parts: AdminParts, place: Place): object {
  const traffic = trafficOf(parts, place)
  return {
    ...summaryOf(parts, place),
    schema: showMessage(place.channel, place.message),
    looked: traffic?.looked ?? 0,
    fields: traffic === undefined ? [] : traffic.fields.map((field) => showField(field, traffic.looked)),
    findings: traffic === undefined ? [] : driftOf(traffic),
    sizes: {
      minBytes: traffic?.minBytes ?? null,
      averageBytes: averageOf(traffic),
      maxBytes: traffic?.maxBytes ?? null,
    },
    senders: [...(traffic?.senders ?? [])]
      .map(([principal, count]) => ({ principal, count }))
      .toSorted((a, b) => b.count - a.count)
      .slice(0, 20),
  }
}

/** Addresses that are looked at for the newest message, and messages of each. */
const LOOKED_AT = { addresses: 5, messages: 50 }

/** The newest message of this name that the addresses which were published to last still hold, as JSON text: `TailMessage`. */
async function newestOf({ host, watch }: AdminParts, { channel, message }: Place): Promise<string | undefined> {
  const records = [...watch.addresses.all()]
    .filter((record) => record.channel === channel.id)
    .toSorted((a, b) => b.lastMs - a.lastMs)
    .slice(0, LOOKED_AT.addresses)
  for (const { address } of records) {
    const query = { limit: LOOKED_AT.messages, maxBytes: MAX_PAGE_BYTES }
    const page = await host.service.broker.read(address, logPolicy(channel), query)
    const entry = page.entries.findLast(({ name }) => name === message.name)
    if (entry === undefined) continue
    const position = formatPosition(page.epoch, entry.offset)
    return shownJson({ ...entry, position }, { address, channel: channel.id })
  }
  return undefined
}

/** `MessageSummary` of the description. */
function summaryOf(parts: AdminParts, place: Place): object {
  const { channel, message } = place
  const traffic = trafficOf(parts, place)
  const rates = parts.rates.ratesOfMessage(channel.address, message.id, traffic)
  return {
    channel: channel.id,
    address: channel.address,
    name: message.name,
    encoding: message.encoding,
    ...directionsOf(channel, message),
    deprecated: message.deprecated,
    valid: traffic?.valid ?? 0,
    invalid: traffic?.invalid ?? 0,
    validPerSecond: rates.valid,
    invalidPerSecond: rates.invalid,
    averageBytes: averageOf(traffic),
    lastAt: traffic?.lastMs === undefined ? null : timeOf(traffic.lastMs),
    drift: traffic === undefined ? 0 : driftOf(traffic).length,
  }
}

function trafficOf({ host }: AdminParts, { channel, message }: Place): MessageTraffic | undefined {
  return host.service.observer.traffic?.of(channel, message)
}

function averageOf(traffic: MessageTraffic | undefined): number | null {
  if (traffic === undefined || traffic.valid === 0) return null
  return Math.round(traffic.bytes / traffic.valid)
}

function showField(field: FieldTraffic, looked: number): object {
  const { pointer, seen, declared, types, minimum, maximum, minLength, maxLength, values } = field
  return {
    pointer,
    seen,
    presence: looked === 0 ? 0 : Math.min(1, seen / looked),
    declared: declared !== undefined,
    required: declared?.required ?? false,
    types: Object.keys(types),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(minLength === undefined ? {} : { minLength }),
    ...(maxLength === undefined ? {} : { maxLength }),
    ...(values === undefined ? {} : { values: [...values].map(([value, count]) => ({ value, count })) }),
  }
}
