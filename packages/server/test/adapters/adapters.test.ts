import { describe, expect, it } from 'vitest'
import { post, postJson, serve } from '../api.ts'
import { type Brought, type DoorReader, DOORS } from './reader.ts'

function dataOf(brought: Brought): unknown {
  if (!('message' in brought)) throw new Error(`expected a message, got ${JSON.stringify(brought)}`)
  return brought.message.data
}

async function take(reader: DoorReader, count: number): Promise<Brought[]> {
  const taken: Brought[] = []
  while (taken.length < count) taken.push(await reader.next())
  return taken
}

describe.each(DOORS)('through the door $door', ({ open }) => {
  it('a stream starts now, in order', async () => {
    await using api = await serve()
    await postJson(`${api.url}/prices/AAPL`, { price: 0 })
    await using reader = await open(api.url, '/prices/AAPL')
    const batch = [1, 2, 3].map((price) => ({ price }))
    await postJson(`${api.url}/prices/AAPL`, batch)
    expect((await take(reader, 3)).map(dataOf)).toEqual(batch)
  })

  it('each message has its position and name', async () => {
    await using api = await serve()
    await using reader = await open(api.url, '/prices/AAPL')
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    expect(await reader.next()).toEqual({ message: { position, name: 'trade', data: { price: 1 } } })
  })

  it('a position resumes: everything after it, then live, nothing twice', async () => {
    await using api = await serve()
    const { position } = await postJson(`${api.url}/prices/AAPL`, { price: 1 })
    await postJson(`${api.url}/prices/AAPL`, [{ price: 2 }, { price: 3 }])
    await using reader = await open(api.url, '/prices/AAPL', position)
    await postJson(`${api.url}/prices/AAPL`, { price: 4 })
    expect((await take(reader, 3)).map(dataOf)).toEqual([{ price: 2 }, { price: 3 }, { price: 4 }])
  })

  it('what the history lost is told exactly, before what follows it', async () => {
    await using api = await serve()
    const { position } = await postJson(`${api.url}/short`, { n: 1 })
    for (let n = 2; n <= 6; n++) await postJson(`${api.url}/short`, { n })
    await using reader = await open(api.url, '/short', position)
    const epoch = position.split(':')[0]
    const [gap, ...rest] = await take(reader, 4)
    expect(gap).toMatchObject({ gap: { from: position, to: `${epoch}:3`, missed: 2, reason: 'history-trimmed' } })
    expect(rest.map(dataOf)).toEqual([{ n: 4 }, { n: 5 }, { n: 6 }])
  })

  it('a position of another life of the log is told, and everything follows', async () => {
    await using api = await serve()
    await postJson(`${api.url}/short`, { n: 1 })
    await using reader = await open(api.url, '/short', 'formerlife:7')
    const [gap, first] = await take(reader, 2)
    expect(gap).toMatchObject({ gap: { from: 'formerlife:7', reason: 'epoch-changed' } })
    expect(dataOf(first!)).toEqual({ n: 1 })
  })

  it('a state starts with the latest value of each key, then changes', async () => {
    await using api = await serve()
    for (const [symbol, bid] of [
      ['A', 1],
      ['B', 1],
      ['A', 2],
    ]) {
      await postJson(`${api.url}/quotes`, { symbol, bid })
    }
    await using reader = await open(api.url, '/quotes')
    const snapshot = await take(reader, 2)
    await postJson(`${api.url}/quotes`, { symbol: 'B', bid: 3 })
    expect([...snapshot, await reader.next()].map(dataOf)).toEqual([
      { symbol: 'B', bid: 1 },
      { symbol: 'A', bid: 2 },
      { symbol: 'B', bid: 3 },
    ])
  })

  it('text is text, and bytes are base64 that says so', async () => {
    await using api = await serve()
    await using words = await open(api.url, '/words')
    await using blobs = await open(api.url, '/blobs')
    await post(`${api.url}/words`, 'two\nlines', { 'content-type': 'text/plain' })
    await post(`${api.url}/blobs`, new Uint8Array([0, 255, 10]), { 'content-type': 'application/octet-stream' })
    expect(dataOf(await words.next())).toBe('two\nlines')
    expect(await blobs.next()).toMatchObject({ message: { data: 'AP8K', encoding: 'base64' } })
  })

  it('a client is not shown what clients send', async () => {
    await using api = await serve()
    await using reader = await open(api.url, '/commands')
    await postJson(`${api.url}/commands`, { do: 'stop' })
    await postJson(`${api.url}/commands`, { done: true })
    expect(dataOf(await reader.next())).toEqual({ done: true })
  })

  it.each([
    ['/nothing', undefined, 'channel-unknown'],
    ['/prices/NOSUCH', undefined, 'parameter-invalid'],
  ])('%s is refused with %s%s', async (path, since, code) => {
    await using api = await serve()
    await expect(open(api.url, path, since)).rejects.toThrow(code)
  })
})
