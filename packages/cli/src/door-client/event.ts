import type { Problem } from './problem.ts'

/** What comes through a live door. */
export type DoorEvent =
  | { readonly kind: 'message'; readonly message: DoorMessage }
  | { readonly kind: 'gap'; readonly gap: Gap }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** A message as a live door shows it. */
export interface DoorMessage {
  readonly position: string
  /** When it was published, RFC 3339. */
  readonly time?: string | undefined
  /** Which message of the contract it is. */
  readonly name?: string | undefined
  /** The payload as JSON text on one line: text and base64 as a JSON string. */
  readonly dataJson: string
  readonly encoding?: 'base64' | undefined
}

/** A range of messages that this reader never gets. */
export interface Gap {
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly missed?: number | undefined
  readonly reason?: string | undefined
}

/** The type that marks a gap among payloads. */
export const gapType = 'urn:hydrant:gap'

/** The members of a gap object; those of an unexpected type are left out. */
export function gapFrom(value: object): Gap {
  const { from, to, missed, reason } = value as Readonly<Record<string, unknown>>
  return {
    ...(typeof from === 'string' && { from }),
    ...(typeof to === 'string' && { to }),
    ...(typeof missed === 'number' && { missed }),
    ...(typeof reason === 'string' && { reason }),
  }
}

/** An open live door. */
interface LiveDoor {
  /** Where the stream starts, when the server says so: resuming there loses nothing, even before the first message. */
  readonly startPosition: string | undefined
  /** Ends only by throwing {@link DoorClosed}. */
  readonly events: AsyncIterable<DoorEvent>
}

/** Opens a live door. @throws {@link DoorClosed}, or CommandError when it cannot ever work. */
export type OpenDoor = (
  url: URL,
  options: { readonly since: string | undefined; readonly signal: AbortSignal },
) => Promise<LiveDoor>

/** A live door is closed; says whether it is worth knocking again. */
export class DoorClosed extends Error {
  override readonly name = 'DoorClosed'
  readonly retry: boolean
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, options: { retry: boolean; retryAfterMs?: number | undefined; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.retry = options.retry
    this.retryAfterMs = options.retryAfterMs
  }
}
