/** The part of a WebSocket that is used. */
export interface WebSocketLike {
  send(text: string): void
  close(code?: number, reason?: string): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null
  onerror: ((event: never) => void) | null
}

/** What the world around the page or process says. `online` also means: a network was changed. */
export type Sighting = 'online' | 'offline' | 'visible'

/** Everything that the client takes from where it runs. Tests and odd runtimes replace parts of it. */
export interface Platform {
  /** Milliseconds on a clock that never jumps. */
  readonly monotonicMs: () => number
  /** Milliseconds since the Unix epoch on this machine's clock. */
  readonly wallMs: () => number
  /** Runs once after so many milliseconds (at most 2^31 - 1); the result cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void
  /** 0 up to 1. */
  readonly random: () => number
  /** A text that nobody else makes: at least 128 random bits. */
  readonly unique: () => string
  /** Throws when the URL cannot be a socket's. */
  readonly openSocket: (url: string, subprotocol: string) => WebSocketLike
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Tells what happens around; the result ends it. */
  readonly watch: (see: (sighting: Sighting) => void) => () => void
}

/** Browsers, workers, Node 22 and later, and what behaves like them. Nothing is touched before it is needed. */
export const thisPlatform: Platform = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
  // Not randomUUID: pages without TLS do not have it.
  unique: () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  openSocket: (url, subprotocol) => new WebSocket(url, subprotocol) as unknown as WebSocketLike,
  fetch: (url, init) => fetch(url, init),
  watch(see) {
    // Workers have `online` on their global, and no document.
    const world = globalThis as Partial<Pick<Window, 'addEventListener' | 'removeEventListener' | 'document'>>
    const online = (): void => see('online')
    const offline = (): void => see('offline')
    const visible = (): void => {
      if (world.document?.visibilityState === 'visible') see('visible')
    }
    world.addEventListener?.('online', online)
    world.addEventListener?.('offline', offline)
    world.document?.addEventListener('visibilitychange', visible)
    return () => {
      world.removeEventListener?.('online', online)
      world.removeEventListener?.('offline', offline)
      world.document?.removeEventListener('visibilitychange', visible)
    }
  },
}
