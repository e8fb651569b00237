import { readFileSync } from 'node:fs'
import { parseUp } from '@hydrant/protocol'
import { describe, expect, it } from 'vitest'
import type { Gap } from '../src/index.ts'
import { openScripted, type ScriptedClient } from './support/scripted-server.ts'

interface Problem {
  readonly code: string
  readonly detail: string
  readonly status: number
  readonly errors?: readonly unknown[]
}

interface Entry {
  readonly channel: string
  readonly epoch: string
  readonly head: number
  readonly error?: Problem
  readonly gap?: Gap
  readonly members?: readonly unknown[]
}

interface Message {
  readonly op?: string
  readonly id?: number
  readonly result?: { readonly channels?: readonly Entry[]; readonly [field: string]: unknown }
  readonly error?: Problem
  readonly push?: string
  readonly c?: number
  readonly o?: number
  readonly t?: number
  readonly d?: unknown
  readonly b?: string
  readonly [field: string]: unknown
}

interface Vector {
  readonly rule: string
  readonly name: string
  readonly message?: Message
  readonly text?: string
  readonly outcome: { readonly kind: string; readonly code?: string }
}

const VECTORS = new URL('../../protocol/vectors.json', import.meta.url)
const { up, down } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { up: Vector[]; down: Vector[] }

const textOf = ({ text, message }: Vector): string => text ?? JSON.stringify(message)
const downOf = (...kinds: string[]): [string, string, Vector][] =>
  down.filter(({ outcome }) => kinds.includes(outcome.kind)).map((vector) => [vector.rule, vector.name, vector])
const ignore = (): void => {}

/** What an application does so that the client says the request of a vector. */
const DEEDS: Readonly<Record<string, (client: ScriptedClient) => unknown>> = {
  'one channel': ({ api }) => api.channel('/prices/AAPL').subscribe(ignore),
  'several channels, each in its own way': ({ api }) => {
    api.channel('/a').subscribe(ignore, { since: '5f0c:1042' })
    api.channel('/b').subscribe(ignore, { last: 300 })
    api.channel('/c').subscribe(ignore, { last: 0 })
    api.channel('/d').subscribe(ignore, { rate: 0.5, conflate: 'symbol' })
    api.channel('/e').subscribe(ignore, { rate: 1000 })
    api.channel('/e').presence.subscribe(ignore)
  },
  unsubscribe: async ({ api, network, answer }) => {
    const addresses = ['/prices/AAPL', '/never/followed']
    const subscriptions = addresses.map((address) => api.channel(address).subscribe(ignore))
    await network.flush()
    const began = { kind: 'stream', aliases: {}, epoch: 'e', time: 0, head: 0 }
    await answer('subscribe', { result: { channels: addresses.map((channel) => ({ channel, ...began })) } })
    for (const subscription of subscriptions) subscription.unsubscribe()
    await network.flush()
  },
  publish: ({ api }) => void api.channel('/chat/lobby').publish({ text: 'hi' }, { key: '7d1f' }).catch(ignore),
  'publish null': ({ api }) => void api.channel('/chat/lobby').publish(null).catch(ignore),
  'publish a text': ({ api }) => void api.channel('/chat/lobby').publish('hi', { name: 'say' }).catch(ignore),
  'publish bytes': ({ api }) =>
    void api
      .channel('/chat/lobby')
      .publish(Uint8Array.of(0, 255, 10))
      .catch(ignore),
  'publish no bytes': ({ api }) => void api.channel('/chat/lobby').publish(new Uint8Array()).catch(ignore),
  'the longest key': ({ api }) =>
    void api
      .channel('/chat/lobby')
      .publish(1, { key: 'k'.repeat(255) })
      .catch(ignore),
  'publish with a trace': ({ api }) => {
    const trace = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', tracestate: 'vendor=1' }
    api.channel('/chat/lobby').publish(1, trace).catch(ignore)
  },
  request: ({ api }) => void api.request('/orders', { side: 'buy' }, { timeoutMs: 5_000 }).catch(ignore),
  'request with null': ({ api }) => void api.channel('/orders').request(null, { name: 'placeOrder' }).catch(ignore),
  announce: ({ api }) => void api.channel('/chat/lobby').presence.enter({ name: 'ann' }).catch(ignore),
  leave: ({ api }) => void api.channel('/chat/lobby').presence.leave().catch(ignore),
  'only ask who is here': ({ api }) => void api.channel('/chat/lobby').presence.list().catch(ignore),
  ping: ignore,
  authenticate: ignore,
}

/** Fields that the client fills in itself, when the vector leaves them out. */
const OWN_FIELDS = ['key', 'timeoutMs']

describe('what clients say', () => {
  it.each(Object.entries(DEEDS))('the client says "%s" as the vector does', async (name, act) => {
    const message = up.find((vector) => vector.name === name)!.message!
    const token = message['token'] as string | undefined
    const client = await openScripted(token === undefined ? {} : { token })
    await act(client)
    await client.network.flush()
    const said = client.asked(message.op!)
    for (const field of OWN_FIELDS) if (!(field in message)) delete said[field]
    expect({ ...said, id: message.id }).toEqual(message)
    expect(parseUp(said).kind).toBe('request')
  })

  it('only what no client of ours would say is left out', () => {
    const known = up.filter(({ outcome }) => outcome.kind === 'request').map(({ name }) => name)
    const others = new Set(['the greatest id', 'unknown fields are ignored', 'publish with what is no trace'])
    expect(Object.keys(DEEDS).toSorted()).toEqual(known.filter((name) => !others.has(name)).toSorted())
  })
})

/** The operation of each id that the vectors use. */
const OPERATIONS: Readonly<Record<number, string>> = {
  1: 'subscribe',
  2: 'unsubscribe',
  3: 'presence',
  4: 'publish',
  5: 'request',
  6: 'ping',
  7: 'authenticate',
}

/** Asks something and says how it ended. */
async function ended(client: ScriptedClient, op: string, reply: Message): Promise<unknown> {
  const call = {
    presence: () => client.api.channel('/chat/lobby').presence.list(),
    publish: () => client.api.channel('/chat/lobby').publish({ text: 'hi' }),
    request: () => client.api.request('/orders', {}),
  }[op as 'presence' | 'publish' | 'request']
  const settled = call().then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  )
  await client.network.flush()
  await client.answer(op, reply)
  return settled
}

describe('replies', () => {
  const replies = downOf('reply').map(([rule, name, vector]) => [rule, name, vector.message!] as const)

  it.each(replies.filter(([, , { id }]) => [3, 4, 5].includes(id!)))('[%s] %s', async (_rule, _name, message) => {
    const client = await openScripted()
    const outcome = await ended(client, OPERATIONS[message.id!]!, message)
    if (message.error === undefined) {
      const { result } = message
      const wanted = { 3: result?.['members'], 4: result, 5: result?.['data'] }[message.id as 3 | 4 | 5]
      expect(outcome).toEqual({ result: wanted })
    } else {
      const { code, detail, errors = [] } = message.error
      expect(outcome).toMatchObject({ error: { code, message: detail, errors, problem: message.error } })
    }
    expect(client.errors).toEqual([])
  })

  it.each(replies.filter(([, , { id }]) => id === 1))('[%s] %s', async (_rule, _name, message) => {
    const client = await openScripted()
    const entries = message.result!.channels!
    const refused: unknown[] = []
    const gaps: unknown[] = []
    const members: unknown[] = []
    const running = entries.map(({ channel, gap, members: present }) => {
      const one = client.api.channel(channel)
      one.on('error', (error) => refused.push(error))
      one.on('gap', (each) => gaps.push(each))
      if (present !== undefined) one.presence.subscribe((change) => members.push(...change.joined))
      return one.subscribe(ignore, gap === undefined ? {} : { since: gap.from })
    })
    await client.network.flush()
    await client.answer('subscribe', message)
    const begun = await Promise.all(
      running.map(({ ready }) =>
        ready.then(
          () => true,
          () => false,
        ),
      ),
    )
    expect(begun).toEqual(entries.map(({ error }) => error === undefined))
    expect(refused).toMatchObject(entries.flatMap(({ error }) => (error === undefined ? [] : { code: error.code })))
    expect(gaps).toEqual(entries.flatMap(({ gap }) => gap ?? []))
    expect(members).toEqual(entries.flatMap(({ members: present }) => present ?? []))
  })

  it.each(replies.filter(([, , { id }]) => [2, 6, 7].includes(id!)))('[%s] %s', async (_rule, _name, message) => {
    const client = await openScripted({ token: 'secret' })
    if (message.id === 2) await DEEDS['unsubscribe']!(client)
    await client.network.flush()
    await client.answer(OPERATIONS[message.id!]!, message)
    expect(client.errors).toEqual([])
    expect(client.api.state.name).toBe('open')
    if (message.id === 6) expect(client.api.now()).toBeGreaterThanOrEqual(message.result!['time'] as number)
  })

  it('there is none besides', () => {
    expect(replies.filter(([, , { id }]) => OPERATIONS[id!] === undefined)).toEqual([])
  })
})

/** A client that follows `/prices/AAPL` with the numbers that the vectors use. */
async function follow(): Promise<ScriptedClient & { readonly seen: unknown[][]; readonly told: unknown[] }> {
  const client = await openScripted()
  const seen: unknown[][] = []
  const told: unknown[] = []
  for (const address of ['/prices/AAPL', '/chat/lobby', '/users/42']) {
    const channel = client.api.channel(address)
    channel.subscribe((data, { name, position, time }) => seen.push([data, name, position, time]), { since: '5f0c:0' })
    channel.on('gap', (gap) => told.push(gap))
    channel.on('error', (error) => told.push(error))
    channel.presence.subscribe(({ joined, left }) => told.push({ joined, left }))
  }
  await client.network.flush()
  const base = { kind: 'stream', epoch: '5f0c', time: 1_760_000_000_000, head: 0, recovered: true }
  await client.answer('subscribe', {
    result: {
      channels: [
        {
          channel: '/prices/AAPL',
          ...base,
          aliases: { 0: 'note', 12: 'trade', 13: 'image' },
          members: [],
        },
        { channel: '/chat/lobby', ...base, aliases: { 20: 'say' }, members: [{ session: '77ff', data: 1 }] },
        { channel: '/users/42', ...base, aliases: { 30: 'notice' }, members: [] },
      ],
    },
  })
  told.length = 0
  return { ...client, seen, told }
}

describe('messages', () => {
  it.each(downOf('message'))('[%s] %s', async (_rule, _name, vector) => {
    const client = await follow()
    const { c, o, t, d, b } = vector.message!
    await client.say(textOf(vector))
    const data = b === undefined ? d : Uint8Array.of(0, 255, 10)
    const name = { 0: 'note', 12: 'trade', 13: 'image' }[c as 0 | 12 | 13]
    expect(client.seen).toEqual([[data, name, `5f0c:${o}`, 1_760_000_000_000 + t!]])
  })
})

describe('pushes', () => {
  /** What each kind of push leads to: what the channels tell, the client's errors, and its states. */
  const CONSEQUENCES: Readonly<
    Record<string, (message: Message, client: Awaited<ReturnType<typeof follow>>) => unknown>
  > = {
    hello: (message, { api }) => expect(api.state).toMatchObject({ name: 'open', session: message['session'] }),
    gap: ({ from, to, missed, reason }, { told }) =>
      expect(told).toEqual([{ from, to, reason, ...(missed === undefined ? {} : { missed }) }]),
    presence: ({ joined, left }, { told }) => expect(told).toEqual([{ joined, left }]),
    revoked: ({ error }, { told }) => expect(told).toMatchObject([{ code: error!.code, problem: error }]),
    error: ({ error }, { errors }) => expect(errors).toMatchObject([{ code: error!.code, problem: error }]),
    channel: async (_message, { say, seen, told }) => {
      await say(JSON.stringify({ c: 31, o: 1, t: 5, d: 'new' }))
      await say(JSON.stringify({ c: 12, o: 2_000, t: 5, d: 'by a number that no longer holds' }))
      expect(seen).toEqual([['new', 'trade', '77aa:1', 1_760_003_600_005]])
      expect(told).toEqual([])
    },
    draining: async ({ retryAfterMs }, { socket, network, states }) => {
      const atMs = network.platform.wallMs()
      socket.end(1012)
      await network.flush()
      expect(states.at(-1)).toMatchObject({ name: 'waiting', retryAt: atMs + (retryAfterMs as number) })
    },
    horoscope: (_message, { told, errors, api }) => {
      expect([...told, ...errors]).toEqual([])
      expect(api.state.name).toBe('open')
    },
  }

  it.each(downOf('push'))('[%s] %s', async (_rule, _name, vector) => {
    const client = await follow()
    expect.hasAssertions()
    await client.say(textOf(vector))
    await CONSEQUENCES[vector.message!.push!]!(vector.message!, client)
  })
})

describe('what is nothing', () => {
  it.each(downOf('ignored'))('[%s] %s', async (_rule, _name, vector) => {
    const client = await follow()
    await client.say(textOf(vector))
    await client.say(JSON.stringify({ c: 12, o: 5, t: 0, d: 'and on' }))
    expect(client.seen.map(([data]) => data)).toEqual(['and on'])
    expect([...client.told, ...client.errors]).toEqual([])
    expect(client.network.sockets).toHaveLength(1)
  })
})
