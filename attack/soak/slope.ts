/** A straight line through samples, and how sure its slope is. */
export interface Slope {
  readonly mean: number
  /** Units a minute. */
  readonly perMinute: number
  /** Standard error of the slope, from the means of blocks: neighbouring samples of memory are not independent, blocks nearly are. */
  readonly errorPerMinute: number
}

export interface Sample {
  readonly seconds: number
  readonly value: number
}

const BLOCK_SECONDS = 30

/** Least squares over the means of 30-second blocks. */
export function slopeOf(samples: readonly Sample[]): Slope {
  const blocks = [...Map.groupBy(samples, ({ seconds }) => Math.floor(seconds / BLOCK_SECONDS)).values()].map(
    (block) => ({
      x: average(block.map(({ seconds }) => seconds)) / 60,
      y: average(block.map(({ value }) => value)),
    }),
  )
  const meanX = average(blocks.map(({ x }) => x))
  const mean = average(blocks.map(({ y }) => y))
  const spread = sum(blocks.map(({ x }) => (x - meanX) ** 2))
  const perMinute = spread === 0 ? 0 : sum(blocks.map(({ x, y }) => (x - meanX) * (y - mean))) / spread
  const residuals = sum(blocks.map(({ x, y }) => (y - mean - perMinute * (x - meanX)) ** 2))
  const errorPerMinute = blocks.length < 3 ? Infinity : Math.sqrt(residuals / (blocks.length - 2) / spread)
  return { mean, perMinute, errorPerMinute }
}

/** Whether the line is flat or falls, as far as the noise lets tell: within two standard errors. */
export function isFlat({ perMinute, errorPerMinute }: Slope): boolean {
  return perMinute <= 2 * errorPerMinute
}

/** How a series of memory that allocators keep goes on. */
export interface Course {
  readonly first: Slope
  readonly second: Slope
  readonly verdict: 'zero within noise' | 'levels off' | 'GROWS'
}

/**
 * Pages that an allocator keeps come to an end, a leak does not: a series that is not flat levels off when it grows at most half as
 * fast in the second half as in the first.
 */
export function courseOf(samples: readonly Sample[]): Course {
  const begin = samples[0]?.seconds ?? 0
  const middle = begin + ((samples.at(-1)?.seconds ?? 0) - begin) / 2
  const first = slopeOf(samples.filter(({ seconds }) => seconds < middle))
  const second = slopeOf(samples.filter(({ seconds }) => seconds >= middle))
  if (isFlat(slopeOf(samples)) || isFlat(second)) return { first, second, verdict: 'zero within noise' }
  return { first, second, verdict: second.perMinute <= first.perMinute / 2 ? 'levels off' : 'GROWS' }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length
}
