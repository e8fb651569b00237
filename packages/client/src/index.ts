/** The client of a Hydrant API: browsers, workers, Node 22 and later. See README.md. */
export type {
  Address,
  AnyApi,
  ApiShape,
  ChannelTypes,
  Gap,
  Listener,
  Message,
  MessageOf,
  Received,
  ReplyPayload,
  RequestAddress,
  RequestPayload,
  Sent,
} from './api-types.ts'
export { Channel, type Subscription } from './channel.ts'
export { Client, type ClientEvents } from './client.ts'
export { connect, type ConnectOptions } from './connect.ts'
export type { ConnectionState } from './connection-state.ts'
export type { CallOptions } from './deadline.ts'
export { CLIENT_ERRORS, type ClientErrorCode, type ErrorCode, HydrantError, isHydrantError } from './errors.ts'
export type { ChannelEvents } from './feed.ts'
export type { IterateOptions, MessageIterator } from './iterator-subscriber.ts'
export type { LinkPolicy, Via } from './link.ts'
export type { Platform, Sighting, WebSocketLike } from './platform.ts'
export type { Presence } from './presence.ts'
export type { PublishLimits, PublishOptions } from './publisher.ts'
export type { RequestOptions } from './requester.ts'
export type { PresenceChange } from './roster.ts'
export type { SubscribeOptions } from './subscriber.ts'
export type { TokenSource } from './token.ts'
export type { PresenceMember, ProtocolProblem, PublishResult } from '@hydrant/protocol'
