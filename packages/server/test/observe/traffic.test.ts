import { describe, expect, it } from 'vitest'
import type { VirtualClock } from '@hydrant/testkit'
import { VirtualClock as Virtual } from '@hydrant/testkit'
import { driftOf } from '../../src/observe/traffic/drift.ts'
import type { FieldTraffic } from '../../src/observe/traffic/field-traffic.ts'
import type { MessageTraffic } from '../../src/observe/traffic/message-traffic.ts'
import { Traffic } from '../../src/observe/traffic/traffic.ts'
import type { Service } from '../../src/service.ts'
import { publish, serviceOf } from './service.ts'

const ORDERS = `
asyncapi: 3.1.0
info: { title: Orders, version: 2.0.0 }
channels:
  orders:
    address: /orders
    messages:
      order:
        payload:
          type: object
          required: [id, side]
          properties:
            id: { type: integer }
            side: { enum: [buy, sell, short] }
            note: { type: string }
            price: { type: number, minimum: 0, maximum: 100 }
            old: { type: string, deprecated: true }
            parent: { type: [string, 'null'] }
            legs:
              type: array
              items: { $ref: '#/components/schemas/leg' }
            tags: { type: object, additionalProperties: { type: string } }
operations:
  receiveOrder: { action: receive, channel: { $ref: '#/channels/orders' } }
components:
  schemas:
    leg: { type: object, properties: { size: { type: number }, venue: { type: string } } }
`

function trafficOf(service: Service): MessageTraffic {
  return [...service.observer.traffic!.all()][0]!
}

function field(traffic: MessageTraffic, pointer: string): FieldTraffic | undefined {
  return traffic.fields.find((each) => each.pointer === pointer)
}

describe('schema statistics', () => {
  it('count valid and invalid messages, sizes and senders of each message', async () => {
    const service = serviceOf({ contract: ORDERS })
    await publish(service, '/orders', { id: 1, side: 'buy' })
    await publish(service, '/orders', { id: 22, side: 'buy' }, { door: 'http' })
    await publish(service, '/orders', { id: 'x', side: 'buy' })
    const traffic = trafficOf(service)
    expect(traffic).toMatchObject({ channel: '/orders', valid: 2, invalid: 1, minBytes: 21, maxBytes: 22, looked: 2 })
    expect([...traffic.senders]).toEqual([
      ['ann', 1],
      ['anonymous', 1],
    ])
  })

  it('follow presence, types, ranges, values, lengths and unknown members, in arrays and in maps', async () => {
    const service = serviceOf({ contract: ORDERS })
    const legs = [{ size: 1, venue: 'N' }, { size: 5 }, { size: -2, extra: true }]
    await publish(service, '/orders', { id: 1, side: 'buy', legs, tags: { a: 'x', b: 'y' } })
    await publish(service, '/orders', { id: 7, side: 'sell', parent: null, price: 2.5, surprise: [] })
    const traffic = trafficOf(service)
    expect(field(traffic, '/id')).toMatchObject({ seen: 2, minimum: 1, maximum: 7, types: { integer: 2 } })
    expect(field(traffic, '/parent')).toMatchObject({ seen: 1, types: { null: 1 } })
    expect([...field(traffic, '/side')!.values!]).toEqual([
      ['buy', 1],
      ['sell', 1],
    ])
    expect(field(traffic, '/legs')).toMatchObject({ minLength: 3, maxLength: 3 })
    expect(field(traffic, '/legs/*/size')).toMatchObject({ seen: 1, minimum: -2, maximum: 5, types: { integer: 3 } })
    expect(field(traffic, '/legs/*/extra')).toMatchObject({ declared: undefined })
    expect(field(traffic, '/tags/*')).toMatchObject({ types: { string: 2 } })
    expect(field(traffic, '/surprise')).toMatchObject({ seen: 1, declared: undefined })
    expect(driftOf(traffic).map(({ kind, pointer }) => `${kind} ${pointer}`)).toEqual([
      'unknown-field /legs/*/extra',
      'unknown-field /surprise',
    ])
  })

  it.each([99, 100, 101])('say that something never came only after a hundred messages: %i', async (count) => {
    const service = serviceOf({ contract: ORDERS, clock: new Virtual() })
    for (let id = 0; id < count; id++) {
      ;(service.clock as VirtualClock).advance(50)
      await publish(service, '/orders', {
        id,
        side: id % 2 ? 'buy' : 'sell',
        note: 'n',
        price: 100,
        old: 'o',
        parent: 'p',
        tags: {},
      })
    }
    const findings = driftOf(trafficOf(service)).map(({ kind, pointer }) => `${kind} ${pointer}`)
    expect(findings).toContain('deprecated-used /old')
    expect(findings.filter((each) => !each.startsWith('deprecated'))).toEqual(
      count < 100
        ? []
        : [
            'unused-enum-value /side',
            'always-present /note',
            'always-present /price',
            'always-at-limit /price',
            'always-present /old',
            'always-present /parent',
            'never-null /parent',
            'unused-field /legs',
            'always-present /tags',
          ],
    )
  })

  it('see what normalization strips', async () => {
    const service = serviceOf({ contract: `${ORDERS}\nx-hydrant: { unknown: strip }\n` })
    await publish(service, '/orders', { id: 1, side: 'buy', secretly: 1 })
    expect(field(trafficOf(service), '/secretly')).toMatchObject({ seen: 1 })
  })

  it('look at a bounded share of a fast stream, and count all of it', () => {
    const { contract } = serviceOf({ contract: ORDERS })
    const channel = contract.channels[0]!
    const traffic = new Traffic(new Virtual(), { looksPerSecond: 500 })
    // 10,000 messages in one second.
    for (let i = 0; i < 10_000; i++) {
      traffic.accepted(channel, channel.messages[0]!, { id: i, side: 'buy' }, 10, { door: 'http' }, i / 10)
    }
    const { valid, looked } = [...traffic.all()][0]!
    expect(valid).toBe(10_000)
    expect(looked).toBe(500)
  })

  it('stay bounded when every message has other members, however many and however deep', () => {
    const { contract } = serviceOf({ contract: ORDERS })
    const channel = contract.channels[0]!
    const traffic = new Traffic(new Virtual())
    for (let i = 0; i < 300; i++) {
      let deep: unknown = i
      for (let depth = 0; depth < 40; depth++) deep = { [`d${depth}-${i}`]: deep }
      const wide = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`m${i}-${at}`, 'v'.repeat(100)]))
      traffic.accepted(channel, channel.messages[0]!, { deep, ...wide }, 10, { door: 'http' }, i * 50)
    }
    const [only] = [...traffic.all()]
    expect(only!.looked).toBe(300)
    expect(only!.fields.length).toBeLessThanOrEqual(501)
    expect(only!.isCut).toBe(true)
    expect(driftOf(only!).length).toBeLessThanOrEqual(200)
  })

  it('names from messages are names: __proto__, constructor, slashes and tildes', async () => {
    const service = serviceOf({ contract: ORDERS })
    const text = '{"id":1,"side":"buy","__proto__":{"a":1},"constructor":2,"a/b~c":3}'
    await publish(service, '/orders', { encoding: 'json', text })
    const pointers = trafficOf(service).fields.map(({ pointer }) => pointer)
    expect(pointers).toEqual(expect.arrayContaining(['/__proto__/a', '/constructor', '/a~1b~0c']))
    expect(Object.hasOwn(Object.prototype, 'a')).toBe(false)
  })
})
