import { type PresenceRequest, type PresenceResult, PROTOCOL_LIMITS } from '@hydrant/protocol'
import { HydrantError } from '../../../errors.ts'
import { resolve } from '../../request.ts'
import { refusal } from '../problems.ts'
import type { Session } from '../session.ts'

/** PROTOCOL.md 7.1: announces, changes, leaves, or only asks. */
export async function presence(session: Session, { id, channel, data }: PresenceRequest): Promise<void> {
  const at = resolve(session.service, channel)
  session.service.guard.check(session.identity.principal, 'subscribe', at)
  if (at.channel.toClients.messages.length === 0) {
    throw new HydrantError('wrong-direction', `${at.channel.address} sends nothing to clients`)
  }
  const { presence: rooms } = session.service
  if (data === null) rooms.leave(at.address, session.id)
  else if (data !== undefined) {
    const bytes = Buffer.byteLength(JSON.stringify(data))
    const limit = PROTOCOL_LIMITS.presenceDataBytes
    if (bytes > limit) throw refusal('message-too-large', `data: expected at most ${limit} bytes of JSON, got ${bytes}`)
    if (!(await rooms.enter(at.address, session.id, data))) {
      throw refusal('too-many-members', `expected at most ${PROTOCOL_LIMITS.presenceMembers} members`)
    }
  }
  const result: PresenceResult = { members: await rooms.membersOf(at.address) }
  session.reply(id, result)
}
