import { createServer } from 'node:http'
import { duplexPair, type Duplex } from 'node:stream'
import { readFileSync } from 'node:fs'
import { parseDown, parseUp } from '@hydrant/protocol'
import { createHydrant, type Hydrant } from '@hydrant/server'
import type { Dice } from '../../packages/wire/fuzz/engine-fuzz.ts'
import { ClientHandshake, WireConnection } from '@hydrant/wire'
import { mutated, mutatedText } from './mutate.ts'
import { type FuzzTarget, insist } from './target.ts'

const vectors = JSON.parse(readFileSync(new URL('../../packages/protocol/vectors.json', import.meta.url), 'utf8')) as {
  readonly up: readonly { readonly message?: unknown }[]
  readonly down: readonly { readonly message?: unknown }[]
}
const UP = vectors.up.flatMap(({ message }) => (isRecord(message) ? [message] : []))
const DOWN = vectors.down.flatMap(({ message }) => (isRecord(message) ? [message] : []))
const ADDRESSES = ['/a', '/b', '/s/x', '/nothing', '/a/../b', '/__proto__', '/s/%2e%2e', '/s/é']

const CONTRACT = {
  asyncapi: '3.0.0',
  info: { title: 'Fuzz', version: '1' },
  channels: {
    a: { address: '/a', messages: { m: {} } },
    b: { address: '/b', messages: { m: { payload: { type: 'object', properties: { text: { type: 'string' } } } } } },
    s: {
      address: '/s/{key}',
      parameters: { key: {} },
      'x-hydrant': { kind: 'state', key: 'symbol' },
      messages: { m: {} },
    },
  },
  operations: {
    sendA: { action: 'send', channel: { $ref: '#/channels/a' } },
    receiveA: { action: 'receive', channel: { $ref: '#/channels/a' }, reply: { channel: { $ref: '#/channels/b' } } },
    sendB: { action: 'send', channel: { $ref: '#/channels/b' } },
    receiveB: { action: 'receive', channel: { $ref: '#/channels/b' } },
    sendS: { action: 'send', channel: { $ref: '#/channels/s' } },
    receiveS: { action: 'receive', channel: { $ref: '#/channels/s' } },
  },
}

/** Messages of `hydrant.v1`, changed, said to a session of a real server: a reply for each request, and never a fault. */
export const protocol: FuzzTarget = {
  name: 'protocol',
  about: 'messages of the socket protocol, changed, said to a session in memory',
  async run(dice) {
    for (let i = 0; i < 20; i++) readDown(dice)
    await converse(dice)
  },
}

function readDown(dice: Dice): void {
  const text = JSON.stringify(mutated(dice.pick(DOWN), dice, 1 + dice.roll(3)))
  parseDown(dice.roll(3) === 0 ? mutatedText(text, dice) : text)
}

/** A message that a client says, and what has to be answered. */
interface Said {
  readonly text: string
  /** The id that a reply has to carry; undefined for a strike. */
  readonly id: number | undefined
  readonly isCall: boolean
}

function makeUp(dice: Dice, id: number): Said {
  const message = mutated(dice.pick(UP), dice, dice.pick([0, 0, 1, 1, 2, 4]))
  if (dice.roll(30) > 0) message['id'] = id
  if (dice.roll(3) > 0 && 'channel' in message) message['channel'] = dice.pick(ADDRESSES)
  if (dice.roll(3) > 0 && Array.isArray(message['channels'])) {
    for (const each of message['channels'] as unknown[]) {
      if (typeof each === 'object' && each !== null && dice.roll(2) === 0)
        Object.assign(each, { channel: dice.pick(ADDRESSES) })
    }
  }
  let text = JSON.stringify(message)
  if (dice.roll(25) === 0) text = mutatedText(text, dice)
  const parsed = parseUp(parseJson(text))
  switch (parsed.kind) {
    case 'request':
      return { text, id: parsed.request.id, isCall: parsed.request.op === 'request' }
    case 'refused':
      return { text, id: parsed.id, isCall: false }
    case 'strike':
      return { text, id: undefined, isCall: false }
  }
}

/** A few messages on one connection. Two strikes at most, so that the connection lives to its end. */
async function converse(dice: Dice): Promise<void> {
  const faults: unknown[] = []
  await using session = await openSession(faults)
  const said: Said[] = []
  let strikes = 0
  for (let id = 1; id <= 12; id++) {
    const next = makeUp(dice, id)
    if (next.id === undefined && ++strikes > 2) continue
    if (next.id !== undefined && said.some((each) => each.id === next.id)) continue
    said.push(next)
    session.say(next.text)
  }
  session.say('{"op":"ping","id":9007199254740991}')
  await session.until((replies) => replies.includes(9007199254740991))
  const show = (): string => `\n${said.map(({ text }) => text).join('\n')}\n---\n${session.heard.join('\n')}`
  insist(faults.length === 0, () => `a fault of the server: ${String((faults[0] as Error).stack)}${show()}`)
  insist(!session.heard.some((text) => text.includes('"urn:hydrant:internal"')), () => `a fault was told${show()}`)
  const expected = said.flatMap(({ id, isCall }) => (id === undefined || isCall || id === 9007199254740991 ? [] : [id]))
  const calls = new Set(said.flatMap(({ id, isCall }) => (isCall && id !== undefined ? [id] : [])))
  const replies = session.replies().filter((id) => id !== 9007199254740991 && !calls.has(id))
  insist(
    JSON.stringify(replies) === JSON.stringify(expected),
    () => `expected replies ${expected.join()}, got ${replies.join()}${show()}`,
  )
}

interface MemorySession extends AsyncDisposable {
  readonly heard: string[]
  say(text: string): void
  replies(): number[]
  until(fits: (replies: readonly number[]) => boolean): Promise<void>
}

/** A session of a real server whose socket is a pair of streams in memory. */
async function openSession(faults: unknown[]): Promise<MemorySession> {
  const hydrant: Hydrant = createHydrant({ contract: CONTRACT, onFault: (error) => faults.push(error) })
  hydrant.handle('/a', () => ({ text: 'x' }))
  const http = createServer()
  hydrant.attach(http)
  const [near, far] = duplexPair()
  http.emit('connection', far)
  const handshake = new ClientHandshake({
    url: new URL('ws://127.0.0.1/-/connect'),
    protocols: ['hydrant.v1'],
    random: (bytes) => bytes.fill(7),
  })
  near.write(handshake.request)
  const rest = await new Promise<Buffer>((resolve, reject) => {
    const read = (bytes: Buffer): void => {
      const done = handshake.push(bytes)
      if (done === undefined) return
      near.off('data', read)
      if (done.ok) resolve(done.leftover)
      else reject(new Error(`the handshake was refused: ${done.detail}`))
    }
    near.on('data', read)
  })
  return follow(near, rest, hydrant)
}

function follow(near: Duplex, rest: Buffer, hydrant: Hydrant): MemorySession {
  const heard: string[] = []
  let changed = Promise.withResolvers<void>()
  let ended: string | undefined
  const replies = (): number[] =>
    heard.flatMap((text) => {
      const { id } = JSON.parse(text) as { id?: number }
      return id === undefined ? [] : [id]
    })
  const wire = new WireConnection({
    role: 'client',
    now: 0,
    random: (bytes) => bytes.fill(3),
    events: {
      onMessage: (payload) => {
        heard.push(payload.toString())
        changed.resolve()
        changed = Promise.withResolvers()
      },
      onEnd: (ending) => {
        ended = `${ending.kind} ${ending.code}`
        changed.resolve()
      },
    },
  })
  const flush = (): void => {
    const output = wire.takeOutput()
    if (output !== undefined) near.write(Array.isArray(output) ? Buffer.concat(output) : output)
  }
  near.on('data', (bytes: Buffer) => {
    wire.receive(bytes, 0)
    flush()
  })
  wire.receive(rest, 0)
  return {
    heard,
    replies,
    say(text) {
      wire.sendText(text.isWellFormed() ? text : text.toWellFormed())
      flush()
    },
    async until(fits) {
      while (!fits(replies())) {
        insist(ended === undefined, () => `the connection ended (${ended}) after\n${heard.join('\n')}`)
        await changed.promise
      }
    },
    async [Symbol.asyncDispose]() {
      near.destroy()
      await hydrant.close()
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
