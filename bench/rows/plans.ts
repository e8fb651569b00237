import type { ServerPlan } from '../peers/plan.ts'
import { TRADE_BYTES, type TradeShape } from '../peers/trades.ts'
import * as peers from '../runner/peers.ts'
import type { Peer } from '../runner/peers.ts'
import type { FanOutWork } from './row.ts'

export const SERVERS: readonly Peer[] = [peers.HYDRANT, peers.WS, peers.SOCKET_IO, peers.BUN]
export const BROKERS: readonly Peer[] = [peers.NATS, peers.MOSQUITTO, peers.NCHAN]
export const ALL: readonly Peer[] = [...SERVERS, ...BROKERS, peers.CONTROL]

/** A message with the time of its publish. */
export const STAMPED: TradeShape = { bytes: 124, isStamped: true }
export const PLAIN: TradeShape = { bytes: TRADE_BYTES, isStamped: false }

/** As fast as the subscribers take it. */
export function windowPlan(perTurn: number, window: number, changes: Partial<ServerPlan> = {}): ServerPlan {
  return { pace: { kind: 'window', perTurn, window, creditEvery: perTurn }, shape: PLAIN, ...changes }
}

export function saturated(perTurn: number, window: number, changes: Partial<ServerPlan> = {}): FanOutWork {
  return { kind: 'fan-out', plan: windowPlan(perTurn, window, changes) }
}

export function paced(perSecond: number, changes: Partial<ServerPlan> = {}): FanOutWork {
  return { kind: 'fan-out', plan: { pace: { kind: 'rate', perSecond }, shape: STAMPED, ...changes } }
}
