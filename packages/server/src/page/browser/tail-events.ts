/** What the server says instead of a message: a gap or a problem (their `type` starts with `urn:hydrant:`). */
export interface Notice {
  type: string
  title: string
  detail?: string
  missed?: number
  from?: string
  to?: string
  reason?: string
  code?: string
  errors?: { pointer?: string; expected?: string; got?: string }[]
}

export interface TailMessage {
  position: string
  /** When the server took it, as the server says; absent over SSE, which carries no time. */
  time?: string
  name: string
  /** The payload as JSON text, numbers as the server wrote them. */
  json: string
  /** It was read from the history before the live part began: it says nothing about the rate. */
  fromHistory?: true
}

type TailState = 'connecting' | 'live' | 'waiting' | 'stopped'

export type TailEvent =
  | { type: 'message'; message: TailMessage }
  | { type: 'notice'; notice: Notice }
  | { type: 'state'; state: TailState; text: string }

/** A notice, when the value is one. */
export function asNotice(value: unknown): Notice | undefined {
  const type = (value as { type?: unknown } | null)?.type
  return typeof type === 'string' && type.startsWith('urn:hydrant:') ? (value as Notice) : undefined
}

/** An envelope `{ position, time, name, data }`, or undefined when the value is not one. */
export function asMessage(value: unknown): TailMessage | undefined {
  const envelope = value as { position?: unknown; time?: unknown; name?: unknown; data?: unknown } | null
  if (typeof envelope?.position !== 'string') return undefined
  const message: TailMessage = {
    position: envelope.position,
    name: typeof envelope.name === 'string' ? envelope.name : '',
    json: JSON.stringify(envelope.data) ?? 'null',
  }
  if (typeof envelope.time === 'string') message.time = envelope.time
  return message
}

/**
 * Parses JSON without losing what a number was written as: 64-bit identifiers and prices such as 1.10 are shown as they
 * came. Where the browser cannot (before 2025), the numbers are JavaScript's.
 */
export function parseExactly(text: string): unknown {
  const { rawJSON } = JSON as { rawJSON?: (source: string) => unknown }
  if (rawJSON === undefined) return JSON.parse(text)
  const parse = JSON.parse as (
    text: string,
    reviver: (key: string, value: unknown, context?: { source?: string }) => unknown,
  ) => unknown
  return parse(text, (_key, value, context) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? rawJSON(context.source)
      : value,
  )
}
