/** What becomes of messages beyond valid or not: `x-hydrant: { unknown, defaults, coerce }`. */
export interface Policy {
  /** Properties no schema describes: kept (default), removed, or a reason to refuse the message. */
  readonly unknown: 'keep' | 'strip' | 'reject'
  /** Whether a schema's `default` fills a property that is missing. Default `ignore`. */
  readonly defaults: 'apply' | 'ignore'
  /** Whether `"12"` is turned into 12 where a number is asked for, and the like. Default false. */
  readonly coerce: boolean
}

/** Messages are checked and otherwise left alone. */
export const plainPolicy: Policy = { unknown: 'keep', defaults: 'ignore', coerce: false }

/** True when the policy changes nothing. */
export function isPlain(policy: Policy): boolean {
  return policy.unknown === 'keep' && policy.defaults === 'ignore' && !policy.coerce
}
