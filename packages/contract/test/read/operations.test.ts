import { describe, expect, it } from 'vitest'
import type { Contract, JsonObject, Perspective } from '../../src/index.ts'
import { contractOf, documentWith, findings } from '../documents.ts'

const channel = { $ref: '#/channels/c' }
const message = (id: string): JsonObject => ({ $ref: `#/channels/c/messages/${id}` })

function withOperations(operations: JsonObject, more: JsonObject = {}): JsonObject {
  const channels = {
    c: {
      address: '/c',
      messages: { a: { payload: { const: 'a' } }, b: { payload: { const: 'b' } }, r: { payload: { const: 'r' } } },
    },
  }
  return documentWith({ channels, operations, ...more })
}

function directions(document: JsonObject, perspective?: Perspective): [string[], string[]] {
  const [first] = contractOf(document, perspective === undefined ? {} : { perspective }).channels
  return [first!.toClients.messages.map(({ id }) => id), first!.fromClients.messages.map(({ id }) => id)]
}

describe('directions', () => {
  const both = withOperations({
    out: { action: 'send', channel, messages: [message('a')] },
    in: { action: 'receive', channel, messages: [message('b')] },
  })

  it('are the application’s: clients get what it sends and publish what it receives', () => {
    expect(directions(both)).toEqual([['a'], ['b']])
  })

  it('are turned around with perspective client', () => {
    expect(directions(both, 'client')).toEqual([['b'], ['a']])
  })

  it('cover all messages when an operation names none, and no message when its list is empty', () => {
    expect(directions(withOperations({ o: { action: 'send', channel } }))).toEqual([['a', 'b', 'r'], []])
    expect(directions(withOperations({ o: { action: 'send', channel, messages: [] } }))).toEqual([[], []])
  })

  it('include replies: they go the other way, on the same channel', () => {
    const request = withOperations({
      ask: { action: 'receive', channel, messages: [message('a')], reply: { channel, messages: [message('r')] } },
    })
    expect(directions(request)).toEqual([['r'], ['a']])
    expect(directions(request, 'client')).toEqual([['a'], ['r']])
    const implicit = withOperations({
      ask: { action: 'receive', channel, messages: [message('a')], reply: { messages: [message('r')] } },
    })
    expect(directions(implicit)).toEqual([['r'], ['a']])
  })

  it('include replies on another channel, which no other operation uses', () => {
    const document = withOperations(
      { ask: { action: 'receive', channel, messages: [message('a')], reply: { channel: { $ref: '#/channels/d' } } } },
      { channels: { c: { address: '/c', messages: { a: {} } }, d: { address: '/d', messages: { answer: {} } } } },
    )
    const [, second] = contractOf(document).channels
    expect(second!.toClients.messages.map(({ id }) => id)).toEqual(['answer'])
    expect(second!.fromClients.messages).toEqual([])
    expect(findings(document)).toEqual([])
  })
})

describe('an operation', () => {
  it('has its texts, tags, security, messages, channel and reply', () => {
    const contract: Contract = contractOf(
      withOperations(
        {
          ask: {
            action: 'receive',
            channel,
            title: 'T',
            summary: 'S',
            description: 'D',
            tags: [{ name: 't' }],
            security: [{ $ref: '#/components/securitySchemes/key' }],
            messages: [message('a')],
            reply: { address: { location: '$message.header#/replyTo', description: 'back' }, messages: [message('r')] },
          },
        },
        { components: { securitySchemes: { key: { type: 'httpApiKey', name: 'k', in: 'query' } } } },
      ),
    )
    const [operation] = contract.operations
    expect(operation).toMatchObject({
      id: 'ask',
      action: 'receive',
      title: 'T',
      summary: 'S',
      description: 'D',
      tags: [{ name: 't' }],
      security: [{ name: 'key', type: 'httpApiKey' }],
      reply: { address: { location: '$message.header#/replyTo', description: 'back' } },
    })
    expect(operation!.channel).toBe(contract.channels[0])
    expect(operation!.messages[0]).toBe(contract.channels[0]!.messages[0])
    expect(operation!.reply!.messages[0]).toBe(contract.channels[0]!.messages[2])
    expect(contract.channels[0]!.operations).toEqual([operation])
    expect(operation!.reply!.channel).toBeUndefined()
  })

  it('gets its traits: what it says itself wins, then the first trait', () => {
    const [operation] = contractOf(
      withOperations(
        {
          o: {
            action: 'send',
            channel,
            title: 'own',
            traits: [{ title: 'trait', summary: 'first' }, { $ref: '#/components/operationTraits/t' }],
          },
        },
        { components: { operationTraits: { t: { summary: 'second', description: 'third' } } } },
      ),
    ).operations
    expect(operation).toMatchObject({ title: 'own', summary: 'first', description: 'third' })
  })

  it('without a known action or channel is left out, with an error', () => {
    const document = withOperations({
      a: { action: 'publish', channel },
      b: { action: 'send', channel: { $ref: '#/channels/none' } },
      c: { action: 'send' },
      d: { channel },
      e: 'x',
      good: { action: 'send', channel },
    })
    expect(contractOf(document).operations.map(({ id }) => id)).toEqual(['good'])
    expect(findings(document)).toEqual(
      expect.arrayContaining([
        'error wrong-type /operations/a/action',
        'error operation-channel /operations/b/channel',
        'error operation-channel /operations/c',
        'error required-field /operations/d',
        'error wrong-type /operations/e',
      ]),
    )
  })

  it('may name the message itself instead of the channel’s entry, with a warning', () => {
    const components = { messages: { m: { payload: { const: 1 } }, other: { payload: { const: 2 } } } }
    const channels = { c: { address: '/c', messages: { m: { $ref: '#/components/messages/m' } } } }
    const ask = (name: string): JsonObject =>
      documentWith({
        channels,
        components,
        operations: { o: { action: 'send', channel, messages: [{ $ref: `#/components/messages/${name}` }] } },
      })
    expect(directions(ask('m'))).toEqual([['m'], []])
    expect(findings(ask('m'))).toEqual(['warning operation-message /operations/o/messages/0'])
    expect(directions(ask('other'))).toEqual([['other'], []])
    expect(contractOf(ask('other')).channels[0]!.messages.map(({ id }) => id)).toEqual(['m', 'other'])
  })
})
