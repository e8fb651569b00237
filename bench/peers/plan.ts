import type { TradeShape } from './trades.ts'

/** As fast as the subscribers take it. */
export interface WindowPace {
  readonly kind: 'window'
  /** Messages published in one turn of the event loop. */
  readonly perTurn: number
  /** How far the publisher may be ahead of the slowest subscriber, in messages. */
  readonly window: number
  /** Messages that one byte on the credit port confirms, for all subscribers. */
  readonly creditEvery: number
}

/** So many messages each second, evenly, whatever becomes of them. */
export interface RatePace {
  readonly kind: 'rate'
  readonly perSecond: number
}

export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
}

/** What the harness puts on the command line of a server, as JSON. The same for every peer of a row. */
export interface ServerPlan {
  readonly pace: WindowPace | RatePace
  readonly shape: TradeShape
  /** Channels that are published to in turn: `/trades/0000` and on. Default: `/trades` alone. */
  readonly channels?: number
  /** What each client subscribes to. Default one channel. */
  readonly eachReads?: 'one' | 'all'
  /** Only the latest message of a symbol counts, where the peer knows such a thing. Default false. */
  readonly isState?: boolean
  /** Negotiate permessage-deflate. Default false. */
  readonly deflate?: boolean
  /** The server speaks TLS. Default false. */
  readonly isTls?: boolean
  /** With `isTls`, added by the harness: files in PEM. */
  readonly certificate?: Certificate
}

/** The plan is the last argument. */
export function planOf(args: readonly string[]): ServerPlan {
  return JSON.parse(args.at(-1)!) as ServerPlan
}

/** Messages of which one reaches a given subscriber. */
export function strideOf({ channels = 1, eachReads = 'one' }: ServerPlan): number {
  return eachReads === 'all' ? 1 : channels
}

/** What a channel is called: four digits, so that all names have one length. */
export function channelName(channel: number): string {
  return String(channel).padStart(4, '0')
}

/** The last part of each channel's address or topic; one empty name when there is one channel. */
export function channelNames({ channels }: ServerPlan): string[] {
  return channels === undefined ? [''] : Array.from({ length: channels }, (_, i) => channelName(i))
}
