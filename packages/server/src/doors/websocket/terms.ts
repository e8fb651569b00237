import type { DeflateParameters } from '@hydrant/wire'
import type { Position } from '../../broker/position.ts'
import type { Principal } from '../../guard/principal.ts'
import type { View } from '../../hub/live-batch.ts'
import type { PublisherRole } from '../../publish/accept-message.ts'
import type { Addressed } from '../../publish/publisher.ts'
import type { Service } from '../../service.ts'
import { readerView } from '../request.ts'

/** What the peer asked for, understood. */
export interface SocketTerms {
  readonly role: PublisherRole
  /** Undefined when the channel sends nothing to this peer: it only publishes. */
  readonly view: View | undefined
  readonly format: 'bare' | 'envelope'
  readonly since: Position | undefined
  readonly deflate: DeflateParameters | undefined
}

/** What the peer may take part in, with the role that it asks for. Throws `forbidden`, or `unauthenticated` for nobody. */
export function partIn(
  service: Service,
  principal: Principal,
  at: Addressed,
  asked: PublisherRole,
): Pick<SocketTerms, 'role' | 'view'> {
  const role = service.guard.roleOf(principal, asked)
  if (role === 'application' || at.channel.toClients.messages.length > 0) {
    return { role, view: readerView(service, principal, at, asked) }
  }
  service.guard.check(principal, 'publish', at)
  return { role, view: undefined }
}
