import { readContract } from '@hydrant/contract'
import type { Contract } from '@hydrant/contract'

/** A contract of one channel `/a` that sends these payloads, by message name. */
export function sending(payloads: Readonly<Record<string, unknown>>, schemas: object = {}): Contract {
  return contractOf({
    channels: { a: { address: '/a', messages: messagesOf(payloads) } },
    operations: { send: { action: 'send', channel: { $ref: '#/channels/a' } } },
    components: { schemas },
  })
}

/** Reads a document; only its own errors of meaning are tolerated, as the command does. */
export function contractOf(document: object): Contract {
  const { contract, diagnostics } = readContract({
    asyncapi: '3.1.0',
    info: { title: 'Test', version: '1' },
    ...document,
  })
  if (contract === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return contract
}

/** AsyncAPI messages from payload schemas. Own properties, whatever their names are. */
export function messagesOf(payloads: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(payloads).map(([name, payload]) => [name, { payload }]))
}
