import type { PingRequest, PingResult } from '@hydrant/protocol'
import type { Session } from '../session.ts'

export function answerPing(session: Session, { id }: PingRequest): void {
  const result: PingResult = { time: session.service.clock.wallMs() }
  session.reply(id, result)
}
