import type { AuthenticateRequest } from './operations/authenticate.ts'
import type { PingRequest } from './operations/ping.ts'
import type { PresenceRequest } from './operations/presence.ts'
import type { PublishRequest } from './operations/publish.ts'
import type { CallRequest } from './operations/request.ts'
import type { SubscribeRequest } from './operations/subscribe.ts'
import type { UnsubscribeRequest } from './operations/unsubscribe.ts'

/** Everything that a client says. */
export type Up =
  | SubscribeRequest
  | UnsubscribeRequest
  | PublishRequest
  | CallRequest
  | PresenceRequest
  | PingRequest
  | AuthenticateRequest

export type OperationName = Up['op']
