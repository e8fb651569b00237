/** When a batch is full, and what may stand in one batch. */
export interface BatchRules<T> {
  readonly maxItems: number
  readonly maxBytes: number
  readonly bytesOf: (item: T) => number
  /** Whether `item` may join a batch that starts with `first`. */
  readonly fits: (first: T, item: T) => boolean
}

/**
 * Batches of what has arrived while the last batch was being worked on: one item when items are rare, full batches
 * when they come fast, always in order, never waiting for more. At most one batch is read ahead.
 */
export async function* gather<T>(source: AsyncIterable<T>, rules: BatchRules<T>): AsyncGenerator<readonly T[], void> {
  const queue: T[] = []
  let wakeReader: (() => void) | undefined
  let wakePump: (() => void) | undefined
  let ended = false
  let stopped = false
  let failure: { readonly cause: unknown } | undefined

  async function pump(): Promise<void> {
    try {
      for await (const item of source) {
        queue.push(item)
        wakeReader?.()
        if (queue.length >= rules.maxItems) await new Promise<void>((resolve) => (wakePump = resolve))
        if (stopped) return
      }
    } catch (cause) {
      failure = { cause }
    } finally {
      ended = true
      wakeReader?.()
    }
  }

  const pumping = pump()
  try {
    while (true) {
      if (queue.length === 0) {
        if (ended) break
        await new Promise<void>((resolve) => (wakeReader = resolve))
        // What the source has at hand now comes along; only what it still waits for does not.
        await new Promise<void>((resolve) => setImmediate(resolve))
        continue
      }
      const batch = queue.splice(0, batchLength(queue, rules))
      wakePump?.()
      yield batch
    }
    if (failure) throw failure.cause
  } finally {
    stopped = true
    wakePump?.()
    if (ended) await pumping
  }
}

function batchLength<T>(queue: readonly T[], rules: BatchRules<T>): number {
  const [first] = queue as readonly [T, ...T[]]
  let bytes = rules.bytesOf(first)
  let length = 1
  for (const item of queue.slice(1, rules.maxItems)) {
    bytes += rules.bytesOf(item)
    if (bytes > rules.maxBytes || !rules.fits(first, item)) break
    length += 1
  }
  return length
}
