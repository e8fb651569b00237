import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { SUBPROTOCOL } from '@hydrant/protocol'
import { HydrantError } from '../../errors.ts'
import type { Caller } from '../../guard/caller.ts'
import type { Principal } from '../../guard/principal.ts'
import type { Service } from '../../service.ts'
import { checkUpgrade } from '../upgrade.ts'
import { openSession } from './session.ts'
import { clientOf } from '../../transport/client-of.ts'

/** An upgrade of `/-/connect`. */
export interface ConnectRequest {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly principal: Principal
  readonly caller: Caller
}

/** Answers an upgrade of `/-/connect` with a `101` and opens the session. Throws, with nothing answered, when something is not right. */
export function acceptConnect(service: Service, upgrade: ConnectRequest): void {
  const { request, socket, head, principal, caller } = upgrade
  const handshake = checkUpgrade(request, { deflate: service.deflate, protocols: [SUBPROTOCOL] })
  if (handshake.protocol === undefined) {
    throw new HydrantError('handshake-refused', `expected the subprotocol ${SUBPROTOCOL} among those offered`)
  }
  const { guard, strangers, settings, observer } = service
  const isStranger = principal.kind === 'anonymous' && !guard.admitsAnonymous
  if (isStranger && strangers.size >= settings.values.maxUnauthenticated) {
    throw new HydrantError('unavailable', 'too many sockets have yet to say who they are', {
      headers: { 'Retry-After': '5' },
      limit: 'unauthenticated',
    })
  }
  socket.write(handshake.response())
  observer.handshake('socket', 'accepted')
  const { deflate } = handshake
  const remote = clientOf(request).address
  openSession(service, { socket, principal, caller, deflate, remote, software: observer.software.of(request) }, head)
}
