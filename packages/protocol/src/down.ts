import type { ProtocolProblem } from './errors.ts'
import type { ChannelPush } from './pushes/channel.ts'
import type { DrainingPush } from './pushes/draining.ts'
import type { ErrorPush } from './pushes/error.ts'
import type { GapPush } from './pushes/gap.ts'
import type { HelloPush } from './pushes/hello.ts'
import type { PresencePush } from './pushes/presence.ts'
import type { RevokedPush } from './pushes/revoked.ts'

/** Rule 2.2: the one answer to a request. */
export type Reply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ProtocolProblem }

export type Push = HelloPush | ChannelPush | GapPush | PresencePush | RevokedPush | DrainingPush | ErrorPush

/** Rule 4.1: a message of a channel. Exactly one of `d` and `b`. */
export interface ChannelMessage {
  /** Alias: which channel, and which of its messages. */
  readonly c: number
  /** Offset in the alias's epoch. */
  readonly o: number
  /** Milliseconds after the alias's time. */
  readonly t: number
  /** Payload: JSON, or a string for text. */
  readonly d?: unknown
  /** Payload of a binary message, base64. */
  readonly b?: string
  /** Rule 4.6: W3C Trace Context of the publish. */
  readonly traceparent?: string
  readonly tracestate?: string
}

/** Everything that a server says. */
export type Down = Reply | Push | ChannelMessage
