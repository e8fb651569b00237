/** `reading` of the contract. */
export interface Reading {
  readonly id: string
  /** Metres per second. */
  readonly windMs: number
  /** Kilowatts. */
  readonly powerKw: number
}

export const turbineIds: readonly string[] = Array.from({ length: 12 }, (_, index) => `T${index + 1}`)

const CUT_IN_MS = 3.5
const RATED_MS = 13
const RATED_KW = 3000

/** Made up: waves of wind that pass through the farm, and gusts. */
export function readingOf(id: string, nowMs: number): Reading {
  const place = Number(id.slice(1))
  const seconds = nowMs / 1000
  const wind = 8.5 + 4.5 * Math.sin(seconds / 9 - place / 2) + 1.2 * Math.sin(seconds * 1.3 + place * 5)
  const windMs = Math.max(0, Math.round(wind * 10) / 10)
  return { id, windMs, powerKw: powerAt(windMs) }
}

/** The power of moving air goes with the third power of its speed. */
function powerAt(windMs: number): number {
  if (windMs < CUT_IN_MS) return 0
  return Math.min(RATED_KW, Math.round(RATED_KW * (windMs / RATED_MS) ** 3))
}
