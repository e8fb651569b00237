import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { HydrantError } from '../../errors.ts'
import type { Principal } from '../../guard/principal.ts'
import { type Addressed, logPolicy } from '../../publish/publisher.ts'
import type { Service } from '../../service.ts'
import { askedRole, flagOf, resolve, sinceOf } from '../request.ts'
import { positionHeader, startOf } from '../start.ts'
import { checkUpgrade } from '../upgrade.ts'
import { openChannelSocket } from './channel-socket.ts'
import { partIn, type SocketTerms } from './terms.ts'
import { clientOf } from '../../transport/client-of.ts'

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

/** Answers the upgrade with a `101` and opens the socket. Throws, with nothing answered, when something is not right. */
export async function acceptWebSocket(service: Service, upgrade: WebSocketRequest): Promise<void> {
  const { at, principal, query, request, socket, head } = upgrade
  const handshake = checkUpgrade(request, { deflate: service.deflate })
  checkBindings(upgrade, service.guard.secretParameters)
  const asked = askedRole(query)
  const terms: SocketTerms = {
    ...partIn(service, principal, at, asked),
    format: flagOf(query, 'envelope') ? 'envelope' : 'bare',
    since: sinceOf(query.get('since')),
    deflate: handshake.deflate,
  }

  const hold = await service.hub.hold(at.address, logPolicy(at.channel), service.observer.channel(at.channel))
  if (socket.destroyed) {
    hold.release()
    return
  }
  try {
    // What was decided before the wait may not hold any more.
    partIn(service, service.guard.renewed(principal), resolve(service, at.address), asked)
  } catch (error) {
    hold.release()
    throw error
  }
  socket.write(handshake.response(positionHeader(startOf(at.channel, terms.since), hold.feed)))
  service.observer.handshake('websocket', 'accepted')
  const sender = { door: 'websocket', remote: clientOf(request).address, principal: principal.id } as const
  const meter = service.observer.opened(sender, service.observer.software.of(request))
  openChannelSocket(service, { at, principal, terms, hold, socket, meter }, head)
}

/** The contract's `ws` bindings: query parameters and headers of the handshake. */
function checkBindings({ at, query, request }: WebSocketRequest, secrets: readonly string[]): void {
  const found = at.channel.checkHandshake(query, (name) => request.headers[name.toLowerCase()]?.toString())
  const errors = found.map((error) =>
    secrets.some((name) => error.pointer.endsWith(`/${name}`)) ? { ...error, got: 'something else' } : error,
  )
  const [first] = errors
  if (first === undefined) return
  const detail = `${first.pointer}: expected ${first.expected}, got ${first.got}`
  throw new HydrantError('bad-request', `the handshake does not fit the contract: ${detail}`, { errors })
}
