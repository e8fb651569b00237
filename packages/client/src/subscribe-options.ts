import { PROTOCOL_LIMITS } from '@hydrant/protocol'
import type { SubscribeOptions } from './subscriber.ts'

/** Throws TypeError for what the server would refuse: one bad subscription must not cost others a round trip. */
export function checkOptions({ since, last, rate, conflate }: SubscribeOptions): void {
  expect(since === undefined || last === undefined, 'since or last, not both')
  expect(
    last === undefined || (Number.isInteger(last) && last >= 0 && last <= PROTOCOL_LIMITS.last),
    `last from 0 to ${PROTOCOL_LIMITS.last}`,
  )
  expect(
    rate === undefined || (rate > 0 && rate <= PROTOCOL_LIMITS.rate),
    `rate above 0, at most ${PROTOCOL_LIMITS.rate}`,
  )
  expect(conflate === undefined || (conflate !== '' && conflate.length <= 255), 'conflate: the name of a property')
}

function expect(fits: boolean, expected: string): void {
  if (!fits) throw new TypeError(`expected ${expected}`)
}
