import { HydrantError } from '../../errors.ts'
import type { OpenTransport } from '../../transport/open-transports.ts'
import { type AdminHandlers, textOf } from '../call.ts'
import { eventStream } from '../http/event-stream.ts'
import { pageOf, sortOf } from '../pages.ts'
import type { AdminParts } from '../parts.ts'
import { FrameTrace } from '../watch/frame-trace.ts'
import { timeOf } from './status.ts'

/** Close code for a peer that an operator wants to be gone: in the range that clients do not come back from. */
const CLOSE_BY_OPERATOR = 3503
const CLOSE_RECONNECT = 1012
/** Traces in the whole server at a time. */
const MAX_TRACES = 4
const SHOWN_ADDRESSES = 10

/** `/connections…` and `/principals…`. */
export function connectionHandlers(parts: AdminParts): AdminHandlers {
  const { host } = parts
  const traced = new Set<OpenTransport>()

  const find = (id: string): OpenTransport => {
    const transport = host.service.transports.get(id)
    if (transport === undefined)
      throw new HydrantError('not-found', `no open connection has the id ${JSON.stringify(id)}`)
    return transport
  }

  return {
    listConnections(call) {
      const { by, descending } = sortOf(call, '-queuedBytes')
      const filter = {
        search: textOf(call, 'search')?.toLowerCase(),
        door: textOf(call, 'door'),
        principal: textOf(call, 'principal'),
        address: textOf(call, 'address'),
      }
      const items = [...host.service.transports.all()]
        .filter((transport) => fits(transport, filter))
        .map(showConnection)
      return {
        json: pageOf(call, {
          items,
          keyOf: (item) => ({ value: item[by as 'lag'], id: Number.parseInt(item.id.slice(1), 36) }),
          descending,
          show: (item) => item,
        }),
      }
    },
    getConnection: ({ path }) => ({ json: showConnectionDetails(parts, find(path['id']!)) }),
    closeConnection({ path, query }) {
      const transport = find(path['id']!)
      const code = query['reconnect'] === true ? CLOSE_RECONNECT : CLOSE_BY_OPERATOR
      const { principal, remoteAddress } = showConnection(transport)
      transport.goAway({ code, reason: String(query['reason']) })
      return { status: 202, json: { connections: 1 }, audit: { details: { principal, remoteAddress, code } } }
    },
    traceConnection({ path, signal }) {
      const transport = find(path['id']!)
      if (traced.size >= MAX_TRACES || traced.has(transport)) {
        throw new HydrantError('unavailable', `expected at most ${MAX_TRACES} traces at a time, one for a connection`)
      }
      traced.add(transport)
      return {
        response: eventStream(signal, (stream) => {
          transport.tap(new FrameTrace(transport.meter.door, (frame) => stream.send('frame', JSON.stringify(frame))))
          void host.service.transports.ended(transport).then(() => {
            stream.send('end', '{}')
            stream.end()
          })
          return () => {
            transport.tap(undefined)
            traced.delete(transport)
          }
        }),
      }
    },
    listPrincipals(call) {
      const wanted = textOf(call, 'search')?.toLowerCase()
      const items = principalsOf(parts).filter(({ id }) => wanted === undefined || id.toLowerCase().includes(wanted))
      return { json: pageOf(call, { items, keyOf: ({ id }) => ({ value: id, id }), show: (item) => item }) }
    },
    async revokePrincipal({ path, query }) {
      const connections = await host.revoke(path['id']!, String(query['reason']))
      return { status: 202, json: { connections }, audit: { details: { connections } } }
    },
  }
}

interface ConnectionFilter {
  readonly search: string | undefined
  readonly door: string | undefined
  readonly principal: string | undefined
  readonly address: string | undefined
}

function fits(transport: OpenTransport, { search, door, principal, address }: ConnectionFilter): boolean {
  const { meter } = transport
  if (door !== undefined && meter.door !== door) return false
  if (principal !== undefined && transport.principal.id !== principal) return false
  if (address !== undefined && ![...transport.following()].some((each) => each.address === address)) return false
  if (search === undefined) return true
  const addresses = [...transport.following()].map((each) => each.address)
  const texts = [meter.connection, transport.principal.id, meter.remote ?? '', ...addresses]
  return texts.some((text) => text.toLowerCase().includes(search))
}

/** `Connection` of the description. */
export interface ShownConnection {
  readonly id: string
  readonly door: string
  readonly session: string | null
  readonly principal: string
  readonly remoteAddress: string
  readonly openedAt: string
  readonly addresses: readonly string[]
  readonly subscriptions: number
  readonly queuedBytes: number
  readonly lag: number
  readonly slow: boolean
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
}

export function showConnection(transport: OpenTransport): ShownConnection {
  const { meter } = transport
  const addresses: string[] = []
  let subscriptions = 0
  let lag = 0
  let slow = false
  for (const subscription of transport.following()) {
    if (subscriptions++ < SHOWN_ADDRESSES) addresses.push(subscription.address)
    lag = Math.max(lag, subscription.lag)
    slow ||= subscription.state === 'draining'
  }
  return {
    id: meter.connection,
    door: meter.door,
    session: transport.session ?? null,
    principal: transport.principal.id,
    remoteAddress: meter.remote ?? '',
    openedAt: timeOf(meter.openedMs),
    addresses,
    subscriptions,
    queuedBytes: meter.queue?.queuedBytes ?? 0,
    lag,
    slow,
    messagesIn: meter.messagesIn,
    messagesOut: transport.messagesOut(),
    bytesIn: meter.bytesIn,
    bytesOut: meter.bytesOut,
  }
}

const STATES = { live: 'live', 'catching-up': 'catching-up', draining: 'waiting', closed: 'waiting' } as const

/** `ConnectionDetails` of the description. */
export function showConnectionDetails({ host }: AdminParts, transport: OpenTransport): object {
  const details = [...transport.following()].map((subscription) => {
    const match = host.contract.match(subscription.address)
    const { epoch, offset } = subscription.position
    return {
      address: subscription.address,
      channel: match.ok ? match.channel.id : null,
      position: `${epoch}:${offset}`,
      lag: subscription.lag,
      state: STATES[subscription.state],
    }
  })
  const { userAgent, origin } = transport.meter.software ?? {}
  return { ...showConnection(transport), details, userAgent: userAgent ?? null, origin: origin ?? null }
}

/** `Principal` of the description: who has something open. */
export function principalsOf({ host }: AdminParts): { id: string; connections: number; subscriptions: number }[] {
  const byId = new Map<string, { id: string; connections: number; subscriptions: number }>()
  for (const transport of host.service.transports.all()) {
    const { id } = transport.principal
    const found = byId.get(id) ?? { id, connections: 0, subscriptions: 0 }
    found.connections++
    for (const _ of transport.following()) found.subscriptions++
    byId.set(id, found)
  }
  return [...byId.values()]
}
