import { describe, expect, it } from 'vitest'
import type { Channel, JsonObject } from '../../src/index.ts'
import { contractOf, documentWith, withCode } from '../documents.ts'

function document(allow: unknown, root?: unknown): JsonObject {
  return documentWith({
    ...(root === undefined ? {} : { 'x-hydrant': { allow: root as JsonObject } }),
    channels: {
      c: {
        address: '/users/{id}',
        parameters: { id: {} },
        messages: { m: { payload: {} } },
        ...(allow === undefined ? {} : { 'x-hydrant': { allow: allow as JsonObject } }),
      },
    },
  })
}

function allowOf(allow: unknown, root?: unknown): Channel['allow'] {
  return contractOf(document(allow, root)).channels[0]!.allow
}

const place = '/channels/c/x-hydrant/allow'

describe('x-hydrant.allow', () => {
  it('is a list of rules for each action; a rule holds when all its conditions do', () => {
    const allow = {
      subscribe: [{ role: 'admin' }, { scope: 'read', claim: { sub: '{id}', '/org/level': 3 } }],
      publish: [],
    }
    expect(allowOf(allow)).toEqual({
      subscribe: {
        pointer: `${place}/subscribe`,
        rules: [
          { pointer: `${place}/subscribe/0`, conditions: [{ kind: 'role', value: { literal: 'admin' } }] },
          {
            pointer: `${place}/subscribe/1`,
            conditions: [
              { kind: 'scope', value: { literal: 'read' } },
              { kind: 'claim', claim: 'sub', value: { parameter: 'id' } },
              { kind: 'claim', claim: '/org/level', value: { literal: 3 } },
            ],
          },
        ],
      },
      publish: { pointer: `${place}/publish`, rules: [] },
    })
    expect(withCode(document(allow), 'allow-value')).toEqual([])
  })

  it('may be one rule, or one of two words', () => {
    expect(allowOf({ subscribe: 'anyone', publish: { role: '{id}' } })).toMatchObject({
      subscribe: { rules: [{ conditions: [{ kind: 'anyone' }] }] },
      publish: { rules: [{ conditions: [{ kind: 'role', value: { parameter: 'id' } }] }] },
    })
  })

  it("takes the document's rules for the actions that the channel says nothing about", () => {
    const allow = allowOf({ publish: 'authenticated' }, { subscribe: 'anyone', publish: 'anyone' })
    expect(allow.subscribe).toMatchObject({ pointer: '/x-hydrant/allow/subscribe' })
    expect(allow.publish).toMatchObject({ rules: [{ conditions: [{ kind: 'authenticated' }] }] })
    expect(allowOf(undefined)).toEqual({})
  })

  it.each([
    ['a word that is none', { subscribe: 'everyone' }],
    ['an empty rule', { subscribe: [{}] }],
    ['a number', { subscribe: [1] }],
    ['a condition that does not exist', { subscribe: [{ role: 'a', claims: { sub: '{id}' } }] }],
    ['a role that is no text', { subscribe: [{ role: ['a'] }] }],
    ['claims that are none', { subscribe: [{ claim: 'sub' }] }],
    ['no claim', { subscribe: [{ claim: {} }] }],
    ['a claim without a value', { subscribe: [{ claim: { sub: null } }] }],
    ['[D07] a parameter inside a text', { subscribe: [{ claim: { sub: 'user-{id}' } }] }],
    ['[D07] two parameters', { subscribe: [{ role: '{id}{id}' }] }],
    ['an empty text', { subscribe: [{ scope: '' }] }],
  ])('lets nobody in, and says so, for %s', (_name, allow) => {
    expect(allowOf(allow).subscribe).toMatchObject({ rules: [{ conditions: [{ kind: 'never' }] }] })
    expect(withCode(document(allow), 'allow-value')).toHaveLength(1)
  })

  it.each([['all'], [['anyone']], [{ subscibe: 'anyone' }], [null]])('closes both ways when it is %j', (allow) => {
    const never = { rules: [{ conditions: [{ kind: 'never' }] }] }
    expect(allowOf(allow, { subscribe: 'anyone', publish: 'anyone' })).toMatchObject({
      subscribe: never,
      publish: never,
    })
    expect(withCode(document(allow), 'allow-value')).toHaveLength(1)
  })

  it('[D07] reports a parameter that the address does not have', () => {
    const [finding] = withCode(document({ subscribe: [{ claim: { sub: '{user}' } }] }), 'allow-value')
    expect(finding).toMatchObject({ pointer: `${place}/subscribe/0` })
  })

  it('asks for what every channel of a shared address asks for', () => {
    const channel = (role: string): JsonObject => ({ address: '/x', 'x-hydrant': { allow: { subscribe: { role } } } })
    const shared = contractOf(documentWith({ channels: { c: channel('a'), d: channel('b') } }))
    expect(shared.channels[0]!.allow.subscribe!.rules).toMatchObject([
      {
        conditions: [
          { kind: 'role', value: { literal: 'a' } },
          { kind: 'role', value: { literal: 'b' } },
        ],
      },
    ])
  })
})

describe('security that cannot be read', () => {
  const securityOf = (security: unknown): object[] => [
    ...contractOf(
      documentWith({
        operations: { o: { action: 'send', channel: { $ref: '#/channels/c' }, security: security as JsonObject } },
        components: { securitySchemes: { oauth: { type: 'oauth2', flows: {}, scopes: ['all'] } } },
      }),
    ).operations[0]!.security,
  ]

  it.each([[[{ $ref: '#/components/securitySchemes/missing' }]], ['oauth'], [[null]], [{ oauth: [] }]])(
    'stays as a scheme that cannot be enforced: %j',
    (security) => {
      expect(securityOf(security)).toMatchObject([{ type: 'unknown' }])
    },
  )

  it('a copy of a scheme that asks for other scopes is that scheme', () => {
    expect(securityOf([{ type: 'oauth2', flows: {}, scopes: ['read'] }])).toMatchObject([
      { name: 'oauth', type: 'oauth2', scopes: ['read'] },
    ])
    expect(securityOf([{ type: 'oauth2', flows: {}, scopes: 'read' }])).toMatchObject([
      { type: 'unknown', name: 'oauth' },
    ])
  })

  it('of version 2 keeps two schemes at once as what cannot be enforced', () => {
    const { operations } = contractOf({
      asyncapi: '2.6.0',
      info: { title: 't', version: '1' },
      channels: { a: { subscribe: { security: [{ x: [], y: [] }], message: { payload: {} } } } },
      components: { securitySchemes: { x: { type: 'userPassword' }, y: { type: 'userPassword' } } },
    })
    expect(operations[0]!.security).toMatchObject([{ type: 'unknown' }])
  })
})
