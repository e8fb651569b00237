import type { Channel, Message, Payload, SchemaError } from '@hydrant/contract'
import type { Draft } from '../broker/broker.ts'
import { HydrantError } from '../errors.ts'
import { canonicalJson, parseJson } from '../message/json-text.ts'
import type { MessageTrace } from '../message/message-trace.ts'

/** A message as a publisher hands it in: bytes and what they are, or a value that is not encoded yet. */
export type Incoming = (
  | { readonly encoding: 'json'; readonly text: string }
  | { readonly encoding: 'json'; readonly value: unknown }
  | { readonly encoding: 'text'; readonly text: string }
  | { readonly encoding: 'binary'; readonly bytes: Uint8Array }
) & {
  /** Forces one message of the channel, by its name; otherwise the payload decides. */
  readonly name?: string | undefined
  /** Where it came from, as its publisher says. */
  readonly trace?: MessageTrace | undefined
}

/** On whose behalf: a client may publish what the contract receives, the application anything the channel carries. */
export type PublisherRole = 'client' | 'application'

/** A message that has passed the contract. */
export interface AcceptedMessage {
  readonly message: Message
  /** The normalized value: parsed JSON, a string, or bytes. */
  readonly value: unknown
  /** The value as it came. */
  readonly received: unknown
  readonly draft: Draft
}

export interface AcceptOptions {
  readonly address: string
  readonly channel: Channel
  readonly role: PublisherRole
  readonly maxMessageBytes: number
  readonly maxJsonDepth: number
}

/**
 * Passes one message through the contract: which message is it, is it valid, in which form does it go on. Throws
 * `malformed-json`, `message-too-large`, `wrong-direction`, `unsupported-media-type` or `message-invalid`.
 */
export function acceptMessage(incoming: Incoming, options: AcceptOptions): AcceptedMessage {
  const { channel, role } = options
  const allowed = role === 'application' ? channel.all : channel.fromClients
  const payload = toPayload(incoming, options.maxJsonDepth)
  if (allowed.messages.length === 0) {
    throw new HydrantError('wrong-direction', `${channel.address} takes no messages from clients`)
  }
  const checked = allowed.check(payload, incoming.name)
  if (!checked.ok) throw refusal(incoming, payload, checked.message, checked.errors, options)

  const bytes = encodePayload(incoming, payload, checked.value, checked.changed)
  if (bytes.length > options.maxMessageBytes) throw tooLarge(bytes.length, options.maxMessageBytes)
  const key = channel.keyOf(checked.value)
  if (channel.kind === 'state' && key === undefined) {
    throw new HydrantError('message-invalid', 'the value has no key: a state channel keeps the latest value of each', {
      message: checked.message.name,
      errors: [{ pointer: '', expected: 'a value with the key of this state channel', got: 'none' }],
    })
  }
  return {
    message: checked.message,
    value: checked.value,
    received: payload.value,
    draft: {
      name: checked.message.name,
      encoding: checked.message.encoding,
      payload: bytes,
      key,
      forClients: channel.toClients.messages.includes(checked.message),
      trace: incoming.trace,
    },
  }
}

export function tooLarge(
  bytes: number,
  maxBytes: number,
  limit: 'message-size' | 'batch-size' = 'message-size',
): HydrantError {
  return new HydrantError('message-too-large', `expected at most ${maxBytes} bytes, got ${bytes}`, { limit })
}

function toPayload(incoming: Incoming, maxJsonDepth: number): Payload {
  switch (incoming.encoding) {
    case 'json':
      return { encoding: 'json', value: 'text' in incoming ? parseJson(incoming.text, maxJsonDepth) : incoming.value }
    case 'text':
      return { encoding: 'text', value: incoming.text }
    case 'binary':
      return { encoding: 'binary', value: incoming.bytes }
  }
}

function encodePayload(incoming: Incoming, payload: Payload, value: unknown, changed: boolean): Buffer {
  switch (payload.encoding) {
    case 'json': {
      const keepsText = incoming.encoding === 'json' && 'text' in incoming && !changed
      return Buffer.from(keepsText ? canonicalJson(incoming.text, value) : JSON.stringify(value))
    }
    case 'text':
      return Buffer.from(String(value))
    case 'binary':
      // A copy: the bytes may be a view into a read buffer that is about to be used again.
      return Buffer.from(value as Uint8Array)
  }
}

/** Why nothing matched: the message exists but not in this direction, not in this form, or its schema says no. */
function refusal(
  incoming: Incoming,
  payload: Payload,
  nearest: Message | undefined,
  errors: readonly SchemaError[],
  options: AcceptOptions,
): HydrantError {
  const { channel, role } = options
  if (role === 'client') {
    const other = channel.toClients.check(payload, incoming.name)
    if (other.ok) {
      return new HydrantError(
        'wrong-direction',
        `${channel.address} sends "${other.message.name}" to clients and does not take it from them`,
        { message: other.message.name },
      )
    }
  }
  const allowed = role === 'application' ? channel.all : channel.fromClients
  if (!allowed.encodings.includes(payload.encoding)) {
    return new HydrantError(
      'unsupported-media-type',
      `expected ${describeEncodings(allowed.encodings)}, got ${payload.encoding}`,
    )
  }
  const first = errors[0]
  const detail =
    first === undefined ? 'no message matches' : `${first.pointer}: expected ${first.expected}, got ${first.got}`
  return new HydrantError('message-invalid', detail.replace(/^: /, ''), { message: nearest?.name, errors })
}

function describeEncodings(encodings: readonly string[]): string {
  return encodings.join(' or ')
}
