import { expect, it } from 'vitest'
import { fuzzOnce } from '../fuzz/engine-fuzz.ts'

it('[B14] [W02] the engine survives 400 seeds of hostile handshakes, frames and compressed bytes', () => {
  // Fixed seeds, so that a failure here is a failure for everybody; `npm run fuzz` takes fresh ones.
  for (let seed = 1; seed <= 400; seed++) expect(() => fuzzOnce(seed)).not.toThrow()
})
