import type { UnsubscribeRequest } from '@hydrant/protocol'
import type { Session } from '../session.ts'

export function unsubscribe(session: Session, { id, channels }: UnsubscribeRequest): void {
  const { contract, presence } = session.service
  for (const channel of channels) {
    const match = contract.match(channel)
    if (!match.ok) continue
    session.subscriptions.end(match.address)
    presence.unwatch(match.address, session.id)
  }
  session.reply(id, {})
}
