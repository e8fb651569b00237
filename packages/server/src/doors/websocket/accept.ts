import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { DeflateParameters } from '@hydrant/wire'
import type { Position } from '../../broker/position.ts'
import { HydrantError } from '../../errors.ts'
import type { Principal } from '../../guard/principal.ts'
import type { View } from '../../hub/live-batch.ts'
import type { PublisherRole } from '../../publish/accept-message.ts'
import { type Addressed, logPolicy } from '../../publish/publisher.ts'
import type { Service } from '../../service.ts'
import { askedRole, flagOf, readerView, sinceOf } from '../request.ts'
import { positionHeader, startOf } from '../start.ts'
import { checkUpgrade } from '../upgrade.ts'
import { openChannelSocket } from './channel-socket.ts'

/** An upgrade of a channel's URL. */
export interface WebSocketRequest {
  readonly at: Addressed
  readonly principal: Principal
  readonly query: URLSearchParams
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** Bytes that came after the request head. */
  readonly head: Buffer
}

/** What the peer asked for, understood. */
export interface SocketTerms {
  readonly role: PublisherRole
  /** Undefined when the channel sends nothing to this peer: it only publishes. */
  readonly view: View | undefined
  readonly format: 'bare' | 'envelope'
  readonly since: Position | undefined
  readonly deflate: DeflateParameters | undefined
}

/** Answers the upgrade with a `101` and opens the socket. Throws, with nothing answered, when something is not right. */
export async function acceptWebSocket(service: Service, upgrade: WebSocketRequest): Promise<void> {
  const { at, principal, query, request, socket, head } = upgrade
  const handshake = checkUpgrade(request, { deflate: service.deflate })
  checkBindings(upgrade)
  const terms: SocketTerms = {
    ...partIn(service, principal, at, query),
    format: flagOf(query, 'envelope') ? 'envelope' : 'bare',
    since: sinceOf(query.get('since')),
    deflate: handshake.deflate,
  }

  const hold = await service.hub.hold(at.address, logPolicy(at.channel), service.observer.channel(at.channel))
  if (socket.destroyed) {
    hold.release()
    return
  }
  socket.write(handshake.response(positionHeader(startOf(at.channel, terms.since), hold.feed)))
  service.observer.handshake('websocket', 'accepted')
  const meter = service.observer.opened({
    door: 'websocket',
    remote: request.socket.remoteAddress,
    principal: principal.id,
  })
  openChannelSocket(service, { at, principal, query, terms, hold, socket, head, meter })
}

/** What the peer may take part in. Throws `forbidden`, or `unauthenticated` for nobody. */
export function partIn(
  service: Service,
  principal: Principal,
  at: Addressed,
  query: URLSearchParams,
): Pick<SocketTerms, 'role' | 'view'> {
  const role = service.guard.roleOf(principal, askedRole(query))
  if (role === 'application' || at.channel.toClients.messages.length > 0) {
    return { role, view: readerView(service, principal, at, query) }
  }
  service.guard.check(principal, 'publish', at)
  return { role, view: undefined }
}

/** The contract's `ws` bindings: query parameters and headers of the handshake. */
function checkBindings({ at, query, request }: WebSocketRequest): void {
  const errors = at.channel.checkHandshake(query, (name) => request.headers[name.toLowerCase()]?.toString())
  const [first] = errors
  if (first === undefined) return
  const detail = `${first.pointer}: expected ${first.expected}, got ${first.got}`
  throw new HydrantError('bad-request', `the handshake does not fit the contract: ${detail}`, { errors })
}
