import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { readLines } from '../src/lines.ts'

const text = 'one\r\n{"sep":"\u2028\u0085"}\n\nä€😀\nlast'
const lines = ['one', '{"sep":"\u2028\u0085"}', '', 'ä€😀', 'last']

it.each([1, 2, 3, 7, 1000])('splits at line feeds only, in pieces of %i bytes', async (size) => {
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  const read = []
  for await (const line of readLines(Readable.from(pieces) as AsyncIterable<Uint8Array>)) read.push(line)
  expect(read).toEqual(lines.map((line, index) => ({ number: index + 1, text: line })))
})

it('gives no empty line after the last line feed', async () => {
  const read = []
  for await (const line of readLines(Readable.from([Buffer.from('a\n')]))) read.push(line.text)
  expect(read).toEqual(['a'])
})
