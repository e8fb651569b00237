import { describe, expect, it } from 'vitest'
import { EventStreamParser } from '../../src/door-client/event-stream.ts'
import type { StreamEvent } from '../../src/door-client/event-stream.ts'

const stream =
  '\uFEFF: welcome\nretry: 250\n\nid: e:1\nevent: trade\ndata: {"a":1}\n\r\ndata:x\r\ndata: y\r\n\r\n' +
  'id: bad\0id\ndata\n\nevent: ignored\n\nid: e:2\rdata:  ä€😀\rother: field\r\r:\n\ndata: never finished'
const events: StreamEvent[] = [
  { type: 'trade', data: '{"a":1}', lastEventId: 'e:1' },
  { type: 'message', data: 'x\ny', lastEventId: 'e:1' },
  { type: 'message', data: '', lastEventId: 'e:1' },
  { type: 'message', data: ' ä€😀', lastEventId: 'e:2' },
]

function parse(pieces: readonly Uint8Array[]): { events: StreamEvent[]; retryMs: number | undefined } {
  const parser = new EventStreamParser()
  return { events: pieces.flatMap((piece) => parser.receive(piece)), retryMs: parser.retryMs }
}

describe('an event stream', () => {
  const bytes = new TextEncoder().encode(stream)

  it('gives its events and its retry hint', () => {
    expect(parse([bytes])).toEqual({ events, retryMs: 250 })
  })

  it('gives the same in two pieces, cut anywhere, and byte by byte', () => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(parse([bytes.subarray(0, cut), bytes.subarray(cut)]), `cut at ${cut}`).toEqual({ events, retryMs: 250 })
    }
    expect(parse([...bytes].map((byte) => new Uint8Array([byte])))).toEqual({ events, retryMs: 250 })
  })

  it('refuses an event that is too large to hold', () => {
    const parser = new EventStreamParser()
    const piece = new TextEncoder().encode('data: ' + 'x'.repeat(2 ** 24))
    expect(() => {
      for (let i = 0; i < 5; i += 1) parser.receive(piece)
    }).toThrow(RangeError)
  })
})
