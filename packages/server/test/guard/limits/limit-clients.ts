import type { Hydrant } from '../../../src/index.ts'
import { post } from '../../api.ts'
import { ConnectClient } from '../../connect/connect-client.ts'
import { clientFrame, handshake, RawClient } from '../../raw-client.ts'
import { openSocket } from '../../socket-client.ts'

/** Turns of the event loop until it is so; the test's own timeout ends it. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

/** A socket of one channel that answers nothing by itself. */
export async function open(port: number, path: string, more: Record<string, string> = {}): Promise<RawClient> {
  const client = await RawClient.open(port)
  client.send(handshake(path, more))
  await client.until((received) => received.includes('\r\n\r\n'))
  return client
}

/** The same on hydrant.v1, subscribed to a channel. */
export async function openSession(port: number, channel: string): Promise<RawClient> {
  const client = await open(port, '/-/connect', { 'Sec-WebSocket-Protocol': 'hydrant.v1' })
  client.send(clientFrame(1, JSON.stringify({ op: 'subscribe', id: 1, channels: [{ channel }] })))
  await client.until((received) => received.includes('"id":1'))
  return client
}

/** An event stream. */
export async function ask(port: number, path: string, accept: string): Promise<RawClient> {
  const client = await RawClient.open(port)
  client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept: ${accept}\r\n\r\n`)
  await client.until((received) => received.includes('retry: '))
  return client
}

/** Publishes 20 MB on `/words`: more than the kernel takes for a peer that does not read. */
export async function fill(hydrant: Hydrant): Promise<void> {
  for (let i = 0; i < 400; i++) await hydrant.publish('/words', 'w'.repeat(50_000))
}

export function postText(url: string, length: number): Promise<Response> {
  return post(`${url}/words`, 'w'.repeat(length), { 'content-type': 'text/plain' })
}

/** The status that a request gets. */
export async function statusOf(port: number, request: string): Promise<number> {
  using client = await RawClient.open(port)
  client.send(request)
  const head = await client.until((received) => received.includes('\r\n\r\n'))
  return Number(head.slice(9, 12))
}

const LIVE = ['/-/live', 'Host', 'x', 'Fill'].join('').length

/** A request whose target, names and values are so long together. */
export function sized(bytes: number): string {
  return `GET /-/live HTTP/1.1\r\nHost: x\r\nFill: ${'f'.repeat(bytes - LIVE)}\r\n\r\n`
}

/** So many headers, of these names. */
export function extra(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, '1']))
}

/** A request with so many headers. */
export function counted(count: number): string {
  const lines = Object.keys(extra(count - 1)).map((name) => `${name}: 1\r\n`)
  return `GET /-/live HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`
}

/** Sends frames of nearly 10 kB, and a ping behind them; resolves with its pong. */
export async function sendNotes(port: number, count: number): Promise<void> {
  using client = await open(port, '/inbox')
  const frame = clientFrame(1, JSON.stringify({ note: 'x'.repeat(9_900) }))
  client.send(Buffer.concat([...Array.from({ length: count }, () => frame), clientFrame(9, 'the end')]))
  await client.until((received) => received.includes('the end'))
}

/** Subscribes to each and gives the codes of the errors. */
export async function follow(wsUrl: string, addresses: readonly string[]): Promise<(string | undefined)[]> {
  using client = await ConnectClient.open(wsUrl)
  const { result } = await client.ask('subscribe', { channels: addresses.map((channel) => ({ channel })) })
  return result!.channels!.map(({ error }) => (error as { code: string } | undefined)?.code)
}

/** An address of `/chat/{room}` of this length. */
export function addressOf(length: number): string {
  return `/chat/${'r'.repeat(length - '/chat/'.length)}`
}

/** A message of the chat that is nested so deep. */
export function deep(levels: number): { text: string; more: unknown } {
  let more: unknown = 1
  for (let i = 1; i < levels; i++) more = [more]
  return { text: 'x', more }
}

/** What comes back for a frame in the chat. */
export async function echoOf(wsUrl: string, message: object): Promise<Record<string, unknown>> {
  using client = await openSocket(`${wsUrl}/chat/a`)
  client.socket.send(JSON.stringify(message))
  return await client.nextJson()
}

/** The code of the error that publishing in the chat gets on a session. */
export async function publishOn(wsUrl: string, data: object): Promise<string | undefined> {
  using client = await ConnectClient.open(wsUrl)
  return (await client.ask('publish', { channel: '/chat/a', data })).error?.code
}

/** A batch of messages that is so many bytes long. */
export function batch(bytes: number): string {
  const text = '[{"text":"1"},{"text":"2"}]'
  return text + ' '.repeat(bytes - text.length)
}

/** So many messages of the chat. */
export function messages(count: number): object[] {
  return Array.from({ length: count }, () => ({ text: 'x' }))
}
