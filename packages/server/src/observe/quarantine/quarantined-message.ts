import type { SchemaError } from '@hydrant/contract'
import type { HydrantError } from '../../errors.ts'
import type { Incoming, PublisherRole } from '../../publish/accept-message.ts'
import type { Addressed } from '../../publish/publisher.ts'
import type { Sender } from '../door.ts'

/** The body of a refused message: text as it came, or bytes as base64. */
export type KeptPayload =
  | { readonly encoding: 'json'; readonly text: string }
  | { readonly encoding: 'text'; readonly text: string }
  | { readonly encoding: 'binary'; readonly base64: string }

/** A message that was refused, and everything that is needed to understand it and to publish it after all. */
export interface QuarantinedMessage {
  readonly id: string
  readonly at: Addressed
  readonly role: PublisherRole
  /** The message's name, when its sender forced one. */
  readonly name: string | undefined
  readonly payload: KeptPayload
  /** What it takes of the quarantine's bounds, in bytes. */
  readonly bytes: number
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number
  /** `info.version` of the contract that refused it. */
  readonly contractVersion: string
  readonly sender: Sender
  readonly detail: string
  readonly errors: readonly SchemaError[]
}

/** A refusal as the publisher tells it. */
export interface Refusal {
  readonly at: Addressed
  readonly role: PublisherRole
  readonly sender: Sender
  /** Undefined when it was not read to the end. */
  readonly message: Incoming | undefined
  readonly error: HydrantError
}

/** Errors that are kept with one message. */
const MAX_ERRORS = 20
/** What a kept message takes besides its payload, in bytes: objects, strings, map entries. An estimate. */
const OVERHEAD_BYTES = 500

export function toQuarantined(
  refusal: Refusal,
  id: string,
  timeMs: number,
  contractVersion: string,
): QuarantinedMessage | undefined {
  const { at, role, sender, message, error } = refusal
  const payload = message === undefined ? undefined : keep(message)
  if (payload === undefined) return undefined
  const { door, connection, remote, principal } = sender
  return {
    id,
    at,
    role,
    name: message?.name,
    payload,
    bytes: sizeOf(payload),
    timeMs,
    contractVersion,
    sender: { door, connection, remote, principal },
    detail: error.message,
    errors: (error.details.errors ?? []).slice(0, MAX_ERRORS),
  }
}

/** What a payload takes of the bounds, in bytes. A string takes two for each character when one of them is beyond Latin-1. */
function sizeOf(payload: KeptPayload): number {
  return OVERHEAD_BYTES + ('text' in payload ? payload.text.length * 2 : payload.base64.length)
}

/** Undefined for a value that has no JSON text: only an embedding application can hand one in. */
export function keep(message: Incoming): KeptPayload | undefined {
  if (message.encoding === 'binary') {
    return { encoding: 'binary', base64: Buffer.from(message.bytes).toString('base64') }
  }
  if (message.encoding === 'text') return { encoding: 'text', text: message.text }
  if ('text' in message) return { encoding: 'json', text: message.text }
  try {
    const text = JSON.stringify(message.value) as string | undefined
    return text === undefined ? undefined : { encoding: 'json', text }
  } catch {
    return undefined
  }
}

/** The payload as a publisher hands it in. */
export function toIncoming(payload: KeptPayload, name: string | undefined): Incoming {
  switch (payload.encoding) {
    case 'binary':
      return { encoding: 'binary', bytes: Buffer.from(payload.base64, 'base64'), name }
    case 'text':
      return { encoding: 'text', text: payload.text, name }
    case 'json':
      return { encoding: 'json', text: payload.text, name }
  }
}
