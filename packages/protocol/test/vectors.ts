import { readFileSync } from 'node:fs'

/** A text message of one side, and what the other makes of it. */
export interface Vector<Outcome> {
  /** The rule of PROTOCOL.md that it shows. */
  readonly rule: string
  readonly name: string
  /** The message; `text` instead where it is not JSON, or not as JSON.stringify has it. */
  readonly message?: unknown
  readonly text?: string
  readonly outcome: Outcome
}

type UpOutcome =
  | { readonly kind: 'request' }
  | { readonly kind: 'refused'; readonly id: number; readonly code: string; readonly pointers?: readonly string[] }
  | { readonly kind: 'strike'; readonly code: string }

export interface Vectors {
  readonly subprotocol: string
  readonly up: readonly Vector<UpOutcome>[]
  readonly down: readonly Vector<{ readonly kind: 'message' | 'reply' | 'push' | 'ignored' }>[]
}

/** `vectors.json`. */
export function readVectors(): Vectors {
  return JSON.parse(readFileSync(new URL('../vectors.json', import.meta.url), 'utf8')) as Vectors
}

/** What goes over the wire. */
export function textOf({ text, message }: Vector<unknown>): string {
  return text ?? JSON.stringify(message)
}
