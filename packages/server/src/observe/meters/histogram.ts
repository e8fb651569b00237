/** Sub-buckets of each power of two: a value is known to within a quarter. */
const STEPS = 4
const STEP_BITS = 2
/** The first bucket holds everything below 4 µs. */
const FIRST_EXPONENT = 2
/** The last bucket holds everything from 67 s on. */
const LAST_EXPONENT = 25
const BUCKETS = 1 + (LAST_EXPONENT - FIRST_EXPONENT + 1) * STEPS + 1

/**
 * Durations in log-linear buckets: four for each power of two microseconds, from 4 µs to 67 s. Recording is a few integer
 * operations and allocates nothing; the buckets are made by the first value.
 */
export class Histogram {
  /** How many durations were recorded. */
  count = 0
  /** Their sum, in milliseconds. */
  sumMs = 0
  #buckets: Float64Array | undefined

  /** Hot: once per publish, and once per batch of a fan-out. `times` counts the duration that often. */
  record(durationMs: number, times = 1): void {
    this.count += times
    this.sumMs += durationMs * times
    this.#buckets ??= new Float64Array(BUCKETS)
    this.#buckets[bucketOf(durationMs)]! += times
  }

  /** Adds what another one has recorded. */
  add(other: Histogram): void {
    this.#combine(other, 1)
  }

  /** Takes away what another one has recorded, which is an earlier state of this one. */
  subtract(earlier: Histogram): void {
    this.#combine(earlier, -1)
  }

  /** Buckets that are not empty: their numbers, and how many durations are in each. */
  *buckets(): Generator<readonly [bucket: number, count: number]> {
    for (const [bucket, count] of this.#buckets?.entries() ?? []) if (count !== 0) yield [bucket, count]
  }

  /** Adds durations of another histogram by the number of their bucket; their sum is added to `sumMs` by who does. */
  addBucket(bucket: number, count: number): void {
    this.count += count
    this.#buckets ??= new Float64Array(BUCKETS)
    this.#buckets[bucket]! += count
  }

  #combine(other: Histogram, sign: 1 | -1): void {
    this.count += sign * other.count
    this.sumMs += sign * other.sumMs
    if (other.#buckets === undefined) return
    this.#buckets ??= new Float64Array(BUCKETS)
    for (let i = 0; i < BUCKETS; i++) this.#buckets[i]! += sign * other.#buckets[i]!
  }

  /** How many were shorter than 2^`exponent` microseconds; exact for exponents from 2 to 26. */
  countBelow(exponent: number): number {
    if (this.#buckets === undefined) return 0
    const end = 1 + (exponent - FIRST_EXPONENT) * STEPS
    let count = 0
    for (let i = 0; i < end && i < BUCKETS - 1; i++) count += this.#buckets[i]!
    return count
  }

  /** The duration in milliseconds that this share (0 to 1) of the recorded ones does not pass, to within a quarter. Undefined when nothing was recorded. */
  quantile(share: number): number | undefined {
    if (this.#buckets === undefined || this.count <= 0) return undefined
    const rank = Math.max(1, Math.ceil(this.count * share))
    let seen = 0
    for (let i = 0; i < BUCKETS; i++) {
      seen += this.#buckets[i]!
      if (seen >= rank) return upperBoundMs(i)
    }
    return upperBoundMs(BUCKETS - 1)
  }
}

function bucketOf(durationMs: number): number {
  const us = durationMs * 1000
  if (!(us >= 1 << FIRST_EXPONENT)) return 0
  if (us >= 2 ** (LAST_EXPONENT + 1)) return BUCKETS - 1
  const whole = us | 0
  const exponent = 31 - Math.clz32(whole)
  const step = (whole >> (exponent - STEP_BITS)) & (STEPS - 1)
  return 1 + (exponent - FIRST_EXPONENT) * STEPS + step
}

function upperBoundMs(bucket: number): number {
  const steps = Math.min(bucket, BUCKETS - 2)
  const exponent = FIRST_EXPONENT + Math.floor(steps / STEPS)
  return (2 ** exponent * (1 + (steps % STEPS) / STEPS)) / 1000
}
