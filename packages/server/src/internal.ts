// For packages of this repository only: what a test bench joins in memory. It changes without notice.
export { Feed } from './hub/feed.ts'
export { Hub, type FeedHold } from './hub/hub.ts'
export type { Sink } from './hub/sink.ts'
export { Subscription, type SubscriptionOptions } from './hub/subscription.ts'
export type { GapNotice } from './message/encode.ts'
export type { Origin } from './message/origin.ts'
export { Turn } from './runtime/turn.ts'
