/**
 * `npm run drift -w hydrant -- CONTRACT RECORDING`: replays a recording of Binance's combined streams into the channels
 * of a contract, stream by stream, with the commands that a user has, and prints as Markdown which messages match which
 * schema. The contract says with `x-stream-pattern` which message each stream carries.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readContract } from '@hydrant/contract'
import type { Contract, JsonObject } from '@hydrant/contract'
import { createHydrant } from '@hydrant/server'
import { type DeclaredField, MessageTraffic } from '@hydrant/server/internal'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const [contractPath, recordingPath] = process.argv.slice(2)
if (contractPath === undefined || recordingPath === undefined) {
  console.error('usage: npm run drift -w hydrant -- CONTRACT RECORDING')
  process.exit(2)
}

const { contract } = readContract(readFileSync(contractPath, 'utf8'), { perspective: 'client', name: contractPath })
if (contract === undefined) throw new Error(`${contractPath} cannot be served`)
await using hydrant = createHydrant({ contract })
const { url } = await hydrant.listen({ port: 0 })

const rows: string[][] = []
for (const stream of streamsOf(recordingPath)) {
  const name = messageOf(stream, contract)
  const named = await replay(stream, `${url}/ws/{/stream}`, ['--select', '/data', '--name', name])
  const free = await replay(stream, `${url}/ws/{/stream}`, ['--select', '/data'])
  const page = await fetch(`${url}/ws/${stream}?limit=1`)
  const { messages } = (await page.json()) as { messages: { name: string }[] }
  const combined = await replay(stream, `${url}/stream?streams=${stream}`, ['--name', 'combinedMarketStreamEvent'])
  rows.push([
    `\`/ws/${stream}\``,
    name,
    `${named.published} of ${named.selected}`,
    `${free.published}, as ${messages[0]?.name ?? 'none'}`,
    `${combined.published} of ${combined.selected}`,
    [...named.refusals, ...combined.refusals].map(({ first }) => first.detail).join('; ') || 'none',
  ])
}

const head = [
  'channel',
  'message by `x-stream-pattern`',
  'accepted with `--name`',
  'accepted without',
  'accepted wrapped, at `/stream`',
  'reasons for refusals',
]
console.log([head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n'))
console.log(`\n${memberReport(contract)}`)
console.log(`\n${rivalReport(contract)}`)

interface Summary {
  readonly selected: number
  readonly published: number
  readonly refusals: readonly { readonly first: { readonly detail: string } }[]
}

async function replay(stream: string, to: string, more: readonly string[]): Promise<Summary> {
  const options = ['--where', `/stream=${stream}`, '--speed', 'max', '--json', '--allow-refused', ...more]
  const args = ['--conditions=@hydrant/source', main, 'replay', recordingPath as string, '--to', to, ...options]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout) as Summary
}

function received(path: string): { readonly stream: string; readonly data: unknown }[] {
  const lines = readFileSync(path, 'utf8').trim().split('\n')
  return lines
    .map((line) => JSON.parse(line) as { type: string; data: string })
    .filter(({ type }) => type === 'receive')
    .map(({ data }) => JSON.parse(data) as { stream: string; data: unknown })
}

function streamsOf(path: string): string[] {
  return [...new Set(received(path).map(({ stream }) => stream))].toSorted((a, b) => a.localeCompare(b))
}

/** The message whose `x-stream-pattern` the stream's name fits. */
function messageOf(stream: string, of: Contract): string {
  const { components } = of.document as { components: { messages: Record<string, JsonObject> } }
  for (const [id, message] of Object.entries(components.messages)) {
    const patterns = (message['x-stream-pattern'] ?? []) as string[]
    const fits = patterns.some((pattern) => new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^@]+')}$`).test(stream))
    if (fits) return (message['name'] as string | undefined) ?? id
  }
  throw new Error(`no message of the contract has a pattern for ${stream}`)
}

/**
 * Members that only the recording, or only the contract, knows: drift that no schema without `required` refuses. Counted as a
 * running server counts them, of every message instead of a sample.
 */
function memberReport(of: Contract): string {
  const match = of.match('/ws/any')
  if (!match.ok) throw new Error('the contract has no /ws/{streamName}')
  const { channel } = match
  const byName = new Map<string, MessageTraffic>()
  for (const { stream, data } of received(recordingPath as string)) {
    const name = messageOf(stream, of)
    const message = channel.messages.find((each) => each.name === name)
    if (message === undefined) throw new Error(`the channel has no message ${name}`)
    const traffic = byName.get(name) ?? new MessageTraffic(channel.address, message, { left: 10_000 })
    byName.set(name, traffic)
    traffic.look(data)
  }
  const lines = [...byName].map(([name, { root, fields }]) => {
    const members = fields.filter(({ pointer }) => pointer !== '' && !pointer.includes('*'))
    const recorded = new Set(members.map(({ pointer }) => pointer))
    const unknown = members.filter(({ declared }) => declared === undefined).map(({ pointer }) => pointer)
    const unused = declaredPointers(root?.declared).filter((pointer) => !recorded.has(pointer))
    const list = (pointers: readonly string[]): string => pointers.map((one) => `\`${one}\``).join(' ') || 'none'
    return `| ${name} | ${members.length} | ${list(unknown)} | ${list(unused)} |`
  })
  return [
    '| message | members recorded | not in the contract | not in the recording |',
    '| --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}

function declaredPointers(declared: DeclaredField | undefined, at = ''): string[] {
  return [...(declared?.members ?? [])].flatMap(([name, member]) => [
    `${at}/${name}`,
    ...declaredPointers(member, `${at}/${name}`),
  ])
}

/** Which other messages of the channel accept the recorded ones: then a schema alone does not tell what a message is. */
function rivalReport(of: Contract): string {
  const match = of.match('/ws/any')
  if (!match.ok) throw new Error('the contract has no /ws/{streamName}')
  const accepting = new Map<string, Map<string, number>>()
  for (const { stream, data: value } of received(recordingPath as string)) {
    const counts = accepting.get(messageOf(stream, of)) ?? new Map<string, number>()
    accepting.set(messageOf(stream, of), counts)
    for (const { name } of match.channel.messages) {
      if (match.channel.all.check({ encoding: 'json', value }, name).ok) counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  const lines = [...accepting].map(([name, counts]) => {
    const list = [...counts].map(([other, count]) => `${other} (${count})`).join(', ')
    return `| ${name} | ${counts.size} of ${match.channel.messages.length} | ${list} |`
  })
  return ['| recorded | schemas that accept it | which |', '| --- | --- | --- |', ...lines].join('\n')
}
