import type { Acknowledged, Ledger, Seen, SubscriberLog } from './ledger.ts'

/** A broken promise, in words. */
export interface Violation {
  readonly rule: 'lost' | 'twice' | 'order' | 'disagreement' | 'publisher-order' | 'invented'
  readonly subscriber: string
  readonly detail: string
}

interface Place {
  readonly epoch: string
  readonly offset: number
}

/** Violations past this many are not listed: one fault in the code breaks thousands of times. */
const MAX_VIOLATIONS = 100

/**
 * Compares what was acknowledged with what every subscriber saw:
 * - lost: every acknowledged message after the start was seen or lies in an announced gap;
 * - twice: no position was seen twice;
 * - order: offsets rise within an epoch, and an epoch that was left does not come back;
 * - disagreement: all subscribers saw the same payload at a position;
 * - publisher-order: what one publisher sent one after the other is in that order in an epoch;
 * - invented: everything seen was sent by somebody.
 */
export function checkLedger(ledger: Ledger): readonly Violation[] {
  const violations: Violation[] = []
  const add = (rule: Violation['rule'], subscriber: string, detail: string): void => {
    if (violations.length < MAX_VIOLATIONS) violations.push({ rule, subscriber, detail })
  }
  const byChannel = Map.groupBy(ledger.acknowledged, ({ channel }) => channel)
  const payloadAt = new Map<string, string>()
  for (const log of ledger.subscribers) {
    checkOrder(log, add)
    checkAgainstOthers(log, payloadAt, ledger.attempted, add)
    checkPublisherOrder(log, add)
    checkNothingLost(log, byChannel.get(log.channel) ?? [], add)
  }
  return violations
}

type Add = (rule: Violation['rule'], subscriber: string, detail: string) => void

function checkOrder({ name, seen }: SubscriberLog, add: Add): void {
  const left = new Set<string>()
  const positions = new Set<string>()
  let at: Place | undefined
  for (const each of seen) {
    const place = placeOf(each.kind === 'message' ? each.position : each.to)
    if (each.kind === 'message') {
      if (positions.has(each.position)) add('twice', name, `${each.position} (${each.payload}) came again`)
      positions.add(each.position)
      if (at !== undefined && at.epoch === place.epoch && place.offset <= at.offset) {
        add('order', name, `${each.position} came after ${at.epoch}:${at.offset}`)
      }
    }
    if (left.has(place.epoch)) add('order', name, `${place.epoch}:${place.offset} came after its epoch had ended`)
    if (at !== undefined && at.epoch !== place.epoch) left.add(at.epoch)
    at = place
  }
}

function checkAgainstOthers(
  { name, channel, seen }: SubscriberLog,
  payloadAt: Map<string, string>,
  attempted: ReadonlySet<string>,
  add: Add,
): void {
  for (const each of seen) {
    if (each.kind === 'gap') continue
    const place = `${channel} ${each.position}`
    const known = payloadAt.get(place)
    if (known === undefined) payloadAt.set(place, each.payload)
    else if (known !== each.payload)
      add('disagreement', name, `${place} is ${each.payload} here and ${known} elsewhere`)
    if (!attempted.has(each.payload)) add('invented', name, `nobody sent ${each.payload}, seen at ${place}`)
  }
}

function checkPublisherOrder({ name, seen }: SubscriberLog, add: Add): void {
  const last = new Map<string, number>()
  for (const each of seen) {
    if (each.kind === 'gap') continue
    const [publisher, sequence] = each.payload.split(':') as [string, string]
    const key = `${publisher} ${placeOf(each.position).epoch}`
    const before = last.get(key)
    if (before !== undefined && Number(sequence) < before) {
      add('publisher-order', name, `${each.payload} came after ${publisher}:${before}`)
    }
    last.set(key, Number(sequence))
  }
}

/** Covered: seen, or inside a gap. A gap into another epoch covers the rest of the epoch it leaves. */
function checkNothingLost({ name, start, seen }: SubscriberLog, acknowledged: readonly Acknowledged[], add: Add): void {
  const messages = new Set(seen.flatMap((each) => (each.kind === 'message' ? [each.position] : [])))
  const gaps = seen.filter((each): each is Extract<Seen, { kind: 'gap' }> => each.kind === 'gap')
  const from = placeOf(start)
  const epochs = epochsOf(start, seen)
  for (const { position, payload } of acknowledged) {
    const place = placeOf(position)
    if (place.epoch === from.epoch && place.offset <= from.offset) continue
    // An epoch that came and went while the subscriber was away is covered by the gap that leads past it.
    if (!epochs.has(place.epoch)) continue
    if (messages.has(position) || gaps.some((gap) => covers(gap, place))) continue
    add('lost', name, `${position} (${payload}) was acknowledged, and neither seen nor announced as lost`)
  }
}

function epochsOf(start: string, seen: readonly Seen[]): ReadonlySet<string> {
  const positions = seen.flatMap((each) => (each.kind === 'message' ? [each.position] : [each.from, each.to]))
  return new Set([start, ...positions].map((position) => placeOf(position).epoch))
}

function covers(gap: Extract<Seen, { kind: 'gap' }>, place: Place): boolean {
  const from = placeOf(gap.from)
  const to = placeOf(gap.to)
  if (from.epoch === to.epoch)
    return place.epoch === from.epoch && place.offset > from.offset && place.offset <= to.offset
  if (place.epoch === from.epoch) return place.offset > from.offset
  return place.epoch === to.epoch && place.offset <= to.offset
}

function placeOf(position: string): Place {
  const colon = position.lastIndexOf(':')
  return { epoch: position.slice(0, colon), offset: Number(position.slice(colon + 1)) }
}
