/**
 * Type tests: compiled, never run. Every line after `@ts-expect-error` must not compile, and everything else must.
 * `types.test.ts` runs the compiler on this file.
 */
import { expectTypeOf } from 'vitest'
import { connect } from '../src/index.ts'

interface Trade {
  readonly price: number
}

interface Api {
  '/prices/{symbol}': {
    params: { symbol: 'AAPL' | 'MSFT' }
    receives: { trade: Trade; halt: { readonly reason: string } }
  }
  '/chat/{room}': {
    params: { room: string }
    receives: { say: { readonly text: string } }
    sends: { say: { readonly text: string }; wave: { readonly hand: 'left' | 'right' } }
  }
  '/orders': {
    requests: {
      buy: { payload: { readonly side: 'buy'; readonly count: number }; reply: { bought: { readonly id: string } } }
      sell: { payload: { readonly side: 'sell'; readonly count: number }; reply: { sold: { readonly sold: true } } }
    }
    errors: 'market-closed' | 'no-funds'
  }
  '/accounts/{id}': {
    params: { id: string }
    requests: { ask: { payload: null; reply: { balance: { readonly cents: number } } } }
  }
}

export async function typed(): Promise<void> {
  const api = connect<Api>('ws://x')

  // Addresses and parameters
  const prices = api.channel('/prices/{symbol}', { symbol: 'AAPL' })
  api.channel('/orders')
  // @ts-expect-error no such address
  api.channel('/nothing')
  // @ts-expect-error the parameter is missing
  api.channel('/prices/{symbol}')
  // @ts-expect-error not in the parameter's enum
  api.channel('/prices/{symbol}', { symbol: 'GOOG' })
  // @ts-expect-error no such parameter
  api.channel('/chat/{room}', { rom: 'lobby' })
  // @ts-expect-error it has no parameters
  api.channel('/orders', { id: '1' })

  // What comes
  prices.subscribe((data, message) => {
    expectTypeOf(data).toEqualTypeOf<Trade | { readonly reason: string }>()
    expectTypeOf(message.name).toEqualTypeOf<'trade' | 'halt'>()
    if (message.name === 'trade') expectTypeOf(message.data).toEqualTypeOf<Trade>()
    expectTypeOf(message.position).toEqualTypeOf<string>()
  })
  // @ts-expect-error the payload has no such property
  prices.subscribe((_, message) => message.name === 'trade' && message.data.volume)
  // @ts-expect-error a listener of one message's payload only
  prices.subscribe((data: Trade) => data.price)
  // @ts-expect-error no such option
  prices.subscribe(() => {}, { speed: 5 })
  for await (const data of prices) expectTypeOf(data).toEqualTypeOf<Trade | { readonly reason: string }>()
  for await (const { name } of prices.messages({ last: 5 })) expectTypeOf(name).toEqualTypeOf<'trade' | 'halt'>()

  // What goes
  const chat = api.channel('/chat/{room}', { room: 'lobby' })
  await chat.publish({ text: 'hi' })
  await chat.publish({ hand: 'left' }, { name: 'wave' })
  // @ts-expect-error not a payload of the channel
  await chat.publish({ txt: 'hi' })
  // @ts-expect-error the payload of another message than the named one
  await chat.publish({ text: 'hi' }, { name: 'wave' })
  // @ts-expect-error no such message
  await chat.publish({ text: 'hi' }, { name: 'shout' })
  // @ts-expect-error clients publish nothing here
  await prices.publish({ price: 1 })

  // Requests and replies
  const any = await api.request('/orders', { side: 'buy', count: 1 })
  expectTypeOf(any).toEqualTypeOf<{ readonly id: string } | { readonly sold: true }>()
  const bought = await api.request('/orders', { side: 'buy', count: 1 }, { name: 'buy', timeoutMs: 500 })
  expectTypeOf(bought).toEqualTypeOf<{ readonly id: string }>()
  const { cents } = await api.request('/accounts/{id}', null, { params: { id: '7' } })
  expectTypeOf(cents).toEqualTypeOf<number>()
  // @ts-expect-error nothing is asked here
  await api.request('/chat/{room}', { text: 'hi' })
  // @ts-expect-error not a payload of the request
  await api.request('/orders', { side: 'hold', count: 1 })
  // @ts-expect-error the parameters are missing
  await api.request('/accounts/{id}', null)
  // @ts-expect-error the reply has no such property
  void (await api.request('/orders', { side: 'buy', count: 1 }, { name: 'buy' })).sold

  // Errors
  const orders = api.channel('/orders')
  const error: unknown = undefined
  if (orders.isError(error, 'market-closed')) expectTypeOf(error.code).toEqualTypeOf<'market-closed'>()
  orders.isError(error, 'queue-full', 'no-funds')
  // @ts-expect-error not declared
  orders.isError(error, 'no-found')

  // States
  api.on('state', (state) => {
    if (state.name === 'waiting') expectTypeOf(state.retryAt).toEqualTypeOf<number>()
    // @ts-expect-error only while it waits
    void state.retryAt
  })
  // @ts-expect-error no such event
  api.on('status', () => {})
}

export async function loose(): Promise<void> {
  const api = connect('ws://x')
  const prices = api.channel('/prices/{symbol}', { symbol: 'AAPL' })
  api.channel('/prices/AAPL')
  prices.subscribe((tick: Trade) => tick.price)
  prices.subscribe((data, message) => {
    expectTypeOf(data).toEqualTypeOf<unknown>()
    expectTypeOf(message.name).toEqualTypeOf<string>()
  })
  await prices.publish({ anything: 1 })
  const reply = await api.request('/orders', { anything: 1 }, { params: { id: 1 } })
  expectTypeOf(reply).toEqualTypeOf<unknown>()
  // @ts-expect-error a description of an API has channel entries
  connect<{ '/a': { receives: 5 } }>('ws://x')
}
