/** The socket protocol `hydrant.v1`: its messages, errors and limits. Pure: no I/O, runs in browsers. See PROTOCOL.md. */
export type { ChannelMessage, Down, Push, Reply } from './down.ts'
export {
  type FieldError,
  problem,
  PROTOCOL_ERRORS,
  type ProtocolErrorCode,
  type ProtocolErrorRow,
  type ProtocolProblem,
} from './errors.ts'
export { CLOSE_FORBIDDEN, CLOSE_STRIKES, CLOSE_UNAUTHENTICATED, PROTOCOL_LIMITS } from './limits.ts'
export type { AuthenticateRequest, AuthenticateResult } from './operations/authenticate.ts'
export type { PingRequest, PingResult } from './operations/ping.ts'
export type { PresenceMember, PresenceRequest, PresenceResult } from './operations/presence.ts'
export type { PublishRequest, PublishResult } from './operations/publish.ts'
export type { CallRequest, CallResult } from './operations/request.ts'
export type {
  Aliases,
  ChannelRequest,
  NotSubscribed,
  Subscribed,
  SubscribeRequest,
  SubscribeResult,
} from './operations/subscribe.ts'
export type { UnsubscribeRequest, UnsubscribeResult } from './operations/unsubscribe.ts'
export { parseDown } from './parse-down.ts'
export { type ParsedUp, parseUp } from './parse-up.ts'
export type { ChannelPush } from './pushes/channel.ts'
export type { DrainingPush } from './pushes/draining.ts'
export type { ErrorPush } from './pushes/error.ts'
export type { GapPush, GapRange } from './pushes/gap.ts'
export type { HelloPush } from './pushes/hello.ts'
export type { PresencePush } from './pushes/presence.ts'
export type { RevokedPush } from './pushes/revoked.ts'
export type { OperationName, Up } from './up.ts'
export { CONNECT_PATH, SUBPROTOCOL } from './version.ts'
