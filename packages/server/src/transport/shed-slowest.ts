/** A reader with a queue that can be let go. */
export interface Sheddable {
  /** Bytes that wait for it. */
  readonly queuedBytes: number
  /** Lets go at once, with everything that waits. */
  shed(): void
}

/** A reader with less than this frees nothing worth a disconnection. */
const WORTH_SHEDDING_BYTES = 16 * 1024

/** Lets readers go, the one with the longest queue first, until `excessBytes` are free. Returns how many went. */
export function shedSlowest(readers: Iterable<Sheddable>, excessBytes: number): number {
  const slow = [...readers]
    .filter(({ queuedBytes }) => queuedBytes >= WORTH_SHEDDING_BYTES)
    .toSorted((a, b) => b.queuedBytes - a.queuedBytes)
  let freed = 0
  let shed = 0
  for (const reader of slow) {
    if (freed >= excessBytes) break
    freed += reader.queuedBytes
    shed++
    reader.shed()
  }
  return shed
}
