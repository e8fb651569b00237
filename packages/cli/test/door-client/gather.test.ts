import { describe, expect, it } from 'vitest'
import { gather } from '../../src/door-client/gather.ts'
import type { BatchRules } from '../../src/door-client/gather.ts'

const rules: BatchRules<string> = {
  maxItems: 3,
  maxBytes: 10,
  bytesOf: (item) => item.length,
  fits: (first, item) => first[0] === item[0],
}

async function* from(items: readonly string[]): AsyncGenerator<string, void> {
  yield* items
}

async function batchesOf(items: readonly string[], limits: Partial<BatchRules<string>> = {}): Promise<string[][]> {
  const batches = []
  for await (const batch of gather(from(items), { ...rules, ...limits })) batches.push([...batch])
  return batches
}

async function* failing(): AsyncGenerator<string, void> {
  yield 'a'
  throw new Error('broken')
}

describe('gathered batches', () => {
  it('hold at most so many items, in order', async () => {
    expect(await batchesOf(['a1', 'a2', 'a3', 'a4'])).toEqual([['a1', 'a2', 'a3'], ['a4']])
  })

  it('hold at most so many bytes, but always one item', async () => {
    expect(await batchesOf(['aaaaaa', 'aaaa', 'a', 'aaaaaaaaaaaaaa'])).toEqual([
      ['aaaaaa', 'aaaa'],
      ['a'],
      ['aaaaaaaaaaaaaa'],
    ])
  })

  it('hold only items that fit together', async () => {
    expect(await batchesOf(['a1', 'b1', 'b2', 'a2'])).toEqual([['a1'], ['b1', 'b2'], ['a2']])
  })

  it('do not wait for an item that has not come', async () => {
    let release: (() => void) | undefined
    async function* slow(): AsyncGenerator<string, void> {
      yield 'a1'
      await new Promise<void>((resolve) => (release = resolve))
      yield 'a2'
    }
    const batches = gather(slow(), rules)
    expect((await batches.next()).value).toEqual(['a1'])
    release?.()
    expect((await batches.next()).value).toEqual(['a2'])
    expect((await batches.next()).done).toBe(true)
  })

  it('read at most one batch ahead of a slow taker', async () => {
    let taken = 0
    async function* counted(): AsyncGenerator<string, void> {
      for (let i = 0; i < 100; i += 1) {
        taken += 1
        yield 'a'
      }
    }
    const batches = gather(counted(), rules)
    await batches.next()
    for (let i = 0; i < 10; i += 1) await new Promise((resolve) => setImmediate(resolve))
    expect(taken).toBeLessThanOrEqual(2 * rules.maxItems)
    await batches.return()
  })

  it('end with the error of their source, after what came before it', async () => {
    const batches = gather(failing(), rules)
    expect((await batches.next()).value).toEqual(['a'])
    await expect(batches.next()).rejects.toThrow('broken')
  })
})
