import type { Platform } from './platform.ts'
import type { HydrantError } from './errors.ts'

/** What a call can be bounded by. */
export interface CallOptions {
  /** Gives up after so many milliseconds, waiting for a connection included. */
  readonly timeoutMs?: number | undefined
  /** Gives up when it is aborted; the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined
}

/** A promise that is settled once, at the latest by its time limit or signal. */
export interface Bounded<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(error: unknown): void
  readonly settled: boolean
}

export function bounded<T>(
  platform: Pick<Platform, 'after'>,
  { signal }: CallOptions,
  limit: { readonly ms: number; error(): HydrantError },
  onGiveUp: () => void,
): Bounded<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  let settled = false
  const settle = (run: () => void): void => {
    if (settled) return
    settled = true
    cancel()
    signal?.removeEventListener('abort', abort)
    run()
  }
  const giveUp = (error: unknown): void => {
    onGiveUp()
    settle(() => reject(error))
  }
  const abort = (): void => giveUp(signal!.reason)
  const cancel = platform.after(limit.ms, () => giveUp(limit.error()))
  signal?.addEventListener('abort', abort)
  return {
    promise,
    resolve: (value) => settle(() => resolve(value)),
    reject: (error) => settle(() => reject(error)),
    get settled() {
      return settled
    },
  }
}
