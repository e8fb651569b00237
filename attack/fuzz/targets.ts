import { Dice, fuzzFrames, fuzzHandshake, fuzzInflate } from '../../packages/wire/fuzz/engine-fuzz.ts'
import { addresses } from './addresses.ts'
import { contract } from './contract.ts'
import { protocol } from './protocol.ts'
import type { FuzzTarget } from './target.ts'

/** Everything that can be fuzzed, by name. */
export const TARGETS: readonly FuzzTarget[] = [
  { name: 'handshake', about: 'request heads and answers, mostly good, in any pieces', run: fuzzHandshake },
  { name: 'frames', about: 'frames for both roles, mostly good, in any pieces', run: fuzzFrames },
  { name: 'inflate', about: 'compressed and corrupt bytes, against several limits', run: fuzzInflate },
  addresses,
  protocol,
  contract,
]

/** One execution of a target. The same seed does the same thing. */
export async function runSeed(target: FuzzTarget, seed: number): Promise<void> {
  await target.run(new Dice(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995))
}
