import { readContract } from '@hydrant/contract'
import { expect, it } from 'vitest'
import { generateTypes } from '../../src/types/generate.ts'
import { compile } from './compile.ts'
import { marketText } from './market.ts'

/** Compiled, never run. A line after `@ts-expect-error` must not compile, every other must. */
const use = `import { connect } from '@hydrant/client'
import type { Api, Order, Trade } from './api.gen.ts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_are: Same<A, B>): void => {}

const api = connect<Api>('ws://localhost')

const prices = api.channel('/prices/{symbol}/{depth}', { symbol: 'AAPL', depth: '10' })
// @ts-expect-error no such channel
api.channel('/nosuch')
// @ts-expect-error a parameter is missing
api.channel('/prices/{symbol}/{depth}', { symbol: 'AAPL' })
// @ts-expect-error not one of the enum
api.channel('/prices/{symbol}/{depth}', { symbol: 'AAPLE', depth: '10' })

prices.subscribe((data, message) => {
  if (message.name === 'trade') same<typeof message.data, Trade>(true)
  else same<typeof message.name, 'halt'>(true)
  if ('price' in data) same<typeof data.level, [number, number]>(true)
  else data.at.toUpperCase()
  // @ts-expect-error no message has it
  data.cost
})
// @ts-expect-error clients do not publish prices
void prices.publish({ price: 1, level: [1, 2] })

const chat = api.channel('/chat/{room}', { room: 'lobby' })
void chat.publish({ text: 'hi', to: null })
void chat.publish(new Uint8Array(3))
// @ts-expect-error misspelled
void chat.publish({ text: 'hi', too: null })
// @ts-expect-error a note is only sent to clients
void chat.publish('text')

async function ask(): Promise<void> {
  const answer = await api.request('/orders', { side: 'buy', count: 1 }, { name: 'placeOrder' })
  if ('order' in answer) same<typeof answer.order, Order>(true)
  else same<typeof answer.reason, 'no-funds'>(true)
  // @ts-expect-error not one of the enum
  await api.request('/orders', { side: 'hold', count: 1 }, { name: 'placeOrder' })
  // @ts-expect-error no operation has a reply there
  await api.request('/chat/{room}', { room: 'a' }, {})
}
void ask

const failure: unknown = undefined
const orders = api.channel('/orders')
if (orders.isError(failure, 'market-closed', 'no-funds')) same<typeof failure.code, 'market-closed' | 'no-funds'>(true)
// @ts-expect-error the contract declares no such error here
orders.isError(failure, 'market-clsoed')
// @ts-expect-error it is declared on another channel
chat.isError(failure, 'market-closed')
chat.isError(failure, 'unavailable')
`

it('makes connect<Api>() fully typed: what the contract does not say does not compile', async () => {
  const { contract } = readContract(marketText)
  expect(await compile({ 'api.gen.ts': generateTypes(contract!), 'use.ts': use })).toEqual([])
})
