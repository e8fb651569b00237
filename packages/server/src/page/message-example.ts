import type { Channel, JsonValue, Message } from '@hydrant/contract'

import { exampleValues } from './example-value.ts'

/** What a message looks like. */
export interface ShownExample {
  readonly name?: string
  readonly summary?: string
  readonly payload: JsonValue
  /** False: the contract has none, and this one was made from the schema. */
  readonly fromDocument: boolean
  /** Whether the contract accepts it; a wrong example is shown, but said to be wrong. */
  readonly valid: boolean
}

/** The examples of a message as the document has them, else one made from its schema. None for binary messages without any. */
export function examplesOf(channel: Channel, message: Message): readonly ShownExample[] {
  const present = cache.get(message)
  if (present !== undefined) return present
  const written = message.examples.flatMap((example) =>
    example.payload === undefined
      ? []
      : [
          {
            payload: example.payload,
            fromDocument: true,
            valid: isValid(channel, message, example.payload),
            ...(example.name !== undefined && { name: example.name }),
            ...(example.summary !== undefined && { summary: example.summary }),
          },
        ],
  )
  const examples = written.length > 0 ? written : generated(channel, message)
  cache.set(message, examples)
  return examples
}

/** The example to publish: the first that the contract accepts. */
export function publishableExample(channel: Channel, message: Message): ShownExample | undefined {
  const examples = examplesOf(channel, message)
  return examples.find((example) => example.valid) ?? examples[0]
}

// A page asks several times for the same message's examples: for the message, the snippets, the publish box.
const cache = new WeakMap<Message, readonly ShownExample[]>()

function generated(channel: Channel, message: Message): readonly ShownExample[] {
  if (message.encoding === 'binary') return []
  if (message.encoding === 'text' && message.payloadSchema === undefined) {
    return [{ payload: 'text', fromDocument: false, valid: true }]
  }
  if (message.payloadSchema === undefined) return [{ payload: {}, fromDocument: false, valid: true }]
  let first: JsonValue | undefined
  for (const payload of exampleValues(message.payloadSchema)) {
    if (isValid(channel, message, payload)) return [{ payload, fromDocument: false, valid: true }]
    first ??= payload
  }
  return first === undefined ? [] : [{ payload: first, fromDocument: false, valid: false }]
}

function isValid(channel: Channel, message: Message, payload: JsonValue): boolean {
  if (message.encoding === 'binary') return true
  if (message.encoding === 'text') {
    return typeof payload === 'string' && channel.all.check({ encoding: 'text', value: payload }, message.id).ok
  }
  return channel.all.check({ encoding: 'json', value: payload }, message.id).ok
}
