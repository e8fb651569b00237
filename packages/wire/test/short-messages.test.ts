import { describe, expect, it } from 'vitest'
import { WireConnection } from '../src/index.ts'
import { frame } from './frames.ts'
import { playEveryWay } from './recorder.ts'

// A short message that is there as a whole is read in one step. It must not make a difference: byte by byte it never is.

const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d])
const text = (payload: string): Buffer => frame({ opcode: 1, payload, mask })

describe('a short message in one piece', () => {
  it.each([0, 1, 124, 125, 126])('of %i bytes is the same as byte by byte, also between others', (length) => {
    const bytes = Buffer.concat([
      text('before'),
      text('x'.repeat(length)),
      frame({ opcode: 2, payload: 'after', mask }),
    ])
    expect(playEveryWay(bytes, { echo: true }).events).toEqual([
      'text "before"',
      `text "${'x'.repeat(length)}"`,
      `binary ${Buffer.from('after').toString('hex')}`,
    ])
  })

  it.each([
    ['at the limit', 10, ['text "0123456789"', 'text "ok"']],
    ['over the limit', 9, ['end peer-violation 1009 message-too-big']],
  ])('%s', (_name, maxMessageBytes, events) => {
    const bytes = Buffer.concat([text('0123456789'), text('ok')])
    expect(playEveryWay(bytes, { limits: { maxMessageBytes } }).events).toEqual(events)
  })

  it('is refused when its text is not UTF-8, and what follows is not read', () => {
    const bad = frame({ opcode: 1, payload: Buffer.from([0x61, 0xc0, 0xaf]), mask })
    expect(playEveryWay(Buffer.concat([text('a'), bad, text('b')])).events).toEqual([
      'text "a"',
      'end peer-violation 1007 bad-utf8',
    ])
  })

  it('is refused between the fragments of another', () => {
    const fragment = frame({ opcode: 1, fin: false, payload: 'a', mask })
    expect(playEveryWay(Buffer.concat([fragment, text('b')])).events).toEqual([
      'end peer-violation 1002 unfinished-message',
    ])
  })

  it('is not reported any more once a callback has closed the connection, and the Close behind it is', () => {
    const messages: string[] = []
    let ended = ''
    const connection: WireConnection = new WireConnection({
      role: 'server',
      now: 0,
      events: {
        onMessage(payload) {
          messages.push(payload.toString())
          connection.close(1000)
        },
        onEnd: ({ kind }) => {
          ended = kind
        },
      },
    })
    const close = frame({ opcode: 8, payload: Buffer.from([0x03, 0xe8]), mask })
    connection.receive(Buffer.concat([text('a'), text('b'), close]), 0)
    expect(messages).toEqual(['a'])
    expect(ended).toBe('closed-by-us')
  })
})
