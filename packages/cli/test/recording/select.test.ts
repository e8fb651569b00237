import { describe, expect, it } from 'vitest'
import { parseChannelTemplate } from '../../src/door-client/channel-template.ts'
import { parseCondition, parseJsonPointer } from '../../src/json-pointer.ts'
import { selectFrom } from '../../src/recording/select.ts'
import type { Selection } from '../../src/recording/select.ts'

const channel = parseChannelTemplate('http://h/ws')
const all: Selection = { channel, where: [] }
const from = (data: string | Uint8Array, selection: Partial<Selection> = {}): unknown =>
  selectFrom({ number: 4, timeMs: 9, data }, { ...all, ...selection })

describe('a selected message', () => {
  it('is published byte for byte when no part of it is selected', () => {
    const data = '{ "id":17843232920108168701,\n "p":1.50 }'
    expect(from(data)).toEqual({
      number: 4,
      timeMs: 9,
      channel: channel.server,
      body: data,
      contentType: 'application/json',
    })
  })

  it('has the content type of what it is', () => {
    expect(from('hello')).toMatchObject({ contentType: 'text/plain; charset=utf-8' })
    expect(from(new Uint8Array([1]))).toMatchObject({ contentType: 'application/octet-stream' })
    expect(from('12', { text: true })).toMatchObject({ body: '12', contentType: 'text/plain; charset=utf-8' })
    expect(from('12', { contentType: 'application/x-tick' })).toMatchObject({ contentType: 'application/x-tick' })
  })

  it('is the part that the pointer names, numbers spelled as they were', () => {
    const select = parseJsonPointer('/data')
    expect(from('{"data":{"p":1.50}}', { select })).toMatchObject({
      body: '{"p":1.50}',
      contentType: 'application/json',
    })
    expect(from('{"data":"x"}', { select })).toMatchObject({ body: '"x"' })
    expect(from('{"data":"x"}', { select, text: true })).toMatchObject({ body: 'x' })
    expect(from('{"data":null}', { select })).toMatchObject({ body: 'null' })
  })

  it('is none when the pointer names nothing, a condition fails, or it is not JSON', () => {
    const select = parseJsonPointer('/data')
    const where = [parseCondition('/stream=a'), parseCondition('/n=1')]
    expect(from('{}', { select })).toBeUndefined()
    expect(from('hello', { select })).toBeUndefined()
    expect(from(new Uint8Array([123, 125]), { select })).toBeUndefined()
    expect(from('{"stream":"a","n":2}', { where })).toBeUndefined()
    expect(from('{"stream":"a","n":1}', { where })).toBeDefined()
  })

  it('goes where the message says', () => {
    const to = parseChannelTemplate('http://h/ws/{/stream}/{/n}')
    const selected = selectFrom(
      { number: 1, timeMs: 0, data: '{"stream":"btc@trade/ü?","n":7}' },
      { channel: to, where: [] },
    )
    expect(selected?.channel.href).toBe('http://h/ws/btc@trade%2F%C3%BC%3F/7')
    expect(selectFrom({ number: 1, timeMs: 0, data: '{"stream":"a"}' }, { channel: to, where: [] })).toBeUndefined()
  })
})

it('a channel template that is no URL is refused', () => {
  expect(() => parseChannelTemplate('{/server}/x')).toThrow('not a URL')
  expect(() => parseChannelTemplate('http://h/{/a~}')).toThrow(SyntaxError)
})
