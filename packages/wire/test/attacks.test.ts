import { describe, expect, it } from 'vitest'
import { WireConnection } from '../src/index.ts'
import { frame, ZERO_MASK } from './frames.ts'
import { play, playEveryWay } from './recorder.ts'

const mask = ZERO_MASK
const MASK_HEX = '00000000'
const violation = (closeCode: number, code: string): string => `end peer-violation ${closeCode} ${code}`

/** Whatever the split: these events, and a Close frame with the code of the ending. */
function refused(hex: string, closeCode: number, code: string, before: string[] = [], deflate = false): void {
  const options = deflate ? { deflate: { threshold: 0, level: 6, windowBits: 15 } } : {}
  const trace = playEveryWay(hex, options)
  expect(trace.events).toEqual([...before, violation(closeCode, code)])
  expect(trace.sent.at(-1)).toBe(`close ${closeCode}`)
  expect(trace.state).toBe('closed')
}

describe('rows B of the attack table', () => {
  it.each([
    ['all bits of the length set', `82FF FFFFFFFFFFFFFFFF ${MASK_HEX}`],
    ['the highest bit of the length set', '82FF 8000000000000001'],
  ])('[B01] %s: 1002, nothing is allocated', (_name, hex) => {
    refused(hex, 1002, 'bad-length')
  })

  it.each([
    ['2^53', '82FF 0020000000000000'],
    ['2^63-1', '82FF 7FFFFFFFFFFFFFFF'],
    ['limit+1', '82FF 0000000000010001'],
  ])('[B02] %s announced and no byte of it sent: 1009 from the header [W03]', (_name, hex) => {
    refused(hex, 1009, 'message-too-big')
  })

  it('[B02] a length beyond 2^53 is refused even without a limit', () => {
    const trace = play([Buffer.from('82FF0020000000000000', 'hex')], { limits: { maxMessageBytes: Infinity } })
    expect(trace.events).toEqual([violation(1009, 'message-too-big')])
  })

  it('[B03] exactly the limit announced, one byte per second: memory follows the bytes, the deadline is absolute', () => {
    const endings: string[] = []
    const connection = new WireConnection({
      role: 'server',
      now: 0,
      limits: { pingIntervalMs: 0 },
      events: { onMessage: () => endings.push('message'), onEnd: (end) => endings.push(`${end.kind} ${end.code}`) },
    })
    connection.receive(Buffer.from('82FF0000000000010000', 'hex'), 0)
    connection.receive(Buffer.from(MASK_HEX, 'hex'), 0)
    expect(connection.heldBytes).toBe(0)
    for (let second = 1; second < 30; second++) {
      connection.receive(Buffer.of(1), second * 1000)
      expect(connection.heldBytes).toBeLessThanOrEqual(2 * second)
      expect(connection.nextTimeout()).toBe(30_000)
    }
    connection.handleTimeout(29_999)
    expect(endings).toEqual([])
    connection.handleTimeout(30_000)
    expect(endings).toEqual(['timed-out 1008'])
    expect(connection.heldBytes).toBe(0)
  })

  it.each([
    ['5 in 16 bits', '82FE 0005'],
    ['125 in 16 bits', '82FE 007D'],
    ['5 in 64 bits', '82FF 0000000000000005'],
    ['65535 in 64 bits', '82FF 000000000000FFFF'],
  ])('[B04] a length that is not minimal, %s: 1002', (_name, hex) => {
    refused(hex, 1002, 'bad-length')
  })

  it('[B05] [W04] an unmasked client frame: 1002', () => {
    refused('8101 61', 1002, 'unmasked-frame')
    refused('8900', 1002, 'unmasked-frame')
  })

  it('[B05] a masked server frame, in the client role: 1002', () => {
    const trace = playEveryWay(`8181 ${MASK_HEX} 61`, { role: 'client' })
    expect(trace.events).toEqual([violation(1002, 'masked-frame')])
    expect(trace.sent).toEqual(['close 1002'])
  })

  it.each([
    ['RSV1 without deflate', 'C180'],
    ['RSV2', 'A180'],
    ['RSV3', '9180'],
    ['RSV1 on a ping', 'C980'],
    ['RSV2 on a Close', 'A880'],
    ['RSV3 on a pong', '9A80'],
    ['RSV1 on a continuation', `0181${MASK_HEX}61 C080`],
  ])('[B06] %s: 1002', (_name, hex) => {
    refused(hex, 1002, 'reserved-bits')
  })

  it('[B06] RSV1 with deflate is right on the first frame of a message, and there only', () => {
    refused(`4181${MASK_HEX}00 C080`, 1002, 'reserved-bits', [], true)
    refused('C980', 1002, 'reserved-bits', [], true)
    refused('A180', 1002, 'reserved-bits', [], true)
    refused('9180', 1002, 'reserved-bits', [], true)
    expect(playEveryWay(`C181${MASK_HEX}00`, { deflate: { threshold: 0, level: 6, windowBits: 15 } }).events).toEqual([
      'text ""',
    ])
  })

  it.each(['3', '4', '5', '6', '7', 'B', 'C', 'D', 'E', 'F'])('[B06] opcode %s: 1002', (opcode) => {
    refused(`8${opcode}80${MASK_HEX}`, 1002, 'unknown-opcode')
    refused(`0${opcode}80${MASK_HEX}`, 1002, 'unknown-opcode')
  })

  it.each(['8', '9', 'A'])('[B07] control opcode %s with 126 bytes, or with FIN=0: 1002', (opcode) => {
    refused(`8${opcode}FE`, 1002, 'long-control')
    refused(`8${opcode}FF`, 1002, 'long-control')
    refused(`0${opcode}`, 1002, 'fragmented-control')
  })

  it('[B08] a continuation first; a new message inside an unfinished one: 1002', () => {
    refused('80', 1002, 'unexpected-continuation')
    refused('00', 1002, 'unexpected-continuation')
    refused(`0181${MASK_HEX}61 81`, 1002, 'unfinished-message')
    refused(`0181${MASK_HEX}61 02`, 1002, 'unfinished-message')
    refused(`8181${MASK_HEX}61 80`, 1002, 'unexpected-continuation', ['text "a"'])
  })

  it('[B09] [W05] a ping between fragments: its pong comes at once with the same body, and the message is whole', () => {
    const body = Buffer.from(Array.from({ length: 125 }, (_, i) => i * 2))
    const key = Buffer.from('37fa213d', 'hex')
    const bytes = Buffer.concat([
      frame({ opcode: 1, fin: false, payload: 'Hel', mask: key }),
      frame({ opcode: 9, payload: body, mask: key }),
      frame({ opcode: 0, payload: 'lo', mask: key }),
    ])
    const trace = playEveryWay(bytes)
    expect(trace.events).toEqual([`ping ${body.toString('hex')}`, 'text "Hello"'])
    expect(trace.sentBytes).toEqual(frame({ opcode: 10, payload: body }))
  })

  it.each([
    ['a high surrogate', 'EDA080'],
    ['a low surrogate', 'EDBFBF'],
    ['an overlong slash', 'C0AF'],
    ['an overlong NUL in two bytes', 'C080'],
    ['overlong in three bytes', 'E09FBF'],
    ['overlong in four bytes', 'F08FBFBF'],
    ['above 10FFFF', 'F4908080'],
    ['five bytes', 'F888808080'],
    ['a lone continuation byte', '80'],
    ['FE', 'FE'],
    ['a lead byte and then ASCII', 'C361'],
  ])('[B10] %s: 1007', (_name, hex) => {
    const length = (0x80 + hex.length / 2).toString(16)
    refused(`81${length}${MASK_HEX}${hex}`, 1007, 'bad-utf8')
    // Also behind good text, and in the second of two fragments.
    refused(`01 83${MASK_HEX}C3A961 80${length}${MASK_HEX}${hex}`, 1007, 'bad-utf8')
  })

  it('[B10] a code point cut by the end of the message: 1007', () => {
    for (const cut of ['C3', 'E282', 'E2', 'F09F98', 'F09F', 'F0']) {
      refused(`81${(0x80 + cut.length / 2).toString(16)}${MASK_HEX}${cut}`, 1007, 'bad-utf8')
    }
    refused(`0181${MASK_HEX}C3 8080${MASK_HEX}`, 1007, 'bad-utf8')
  })

  it('[B10] [W06] text is refused at the first byte that cannot be right, inside a frame that is not complete', () => {
    const begin = `81FE03E8${MASK_HEX} 61 `
    for (const [good, bad] of [
      ['F4', '90'],
      ['ED', 'A0'],
      ['E0', '9F'],
      ['F0', '8F'],
      ['', 'C0'],
      ['', 'F5'],
      ['E282', '61'],
      ['', '80'],
    ] as const) {
      expect(playEveryWay(begin + good).events, good).toEqual([])
      refused(begin + good + bad, 1007, 'bad-utf8')
    }
  })

  it('[B10] a code point split between fragments is good text', () => {
    expect(playEveryWay(`0182${MASK_HEX}F09F 0081${MASK_HEX}98 8081${MASK_HEX}80`).events).toEqual(['text "😀"'])
  })

  it('[B11] a Close of one byte: 1002; a reason that is not UTF-8: 1007', () => {
    refused(`8881${MASK_HEX}03`, 1002, 'bad-close-payload')
    refused(`8884${MASK_HEX}03E8C328`, 1007, 'bad-close-reason')
    refused(`8885${MASK_HEX}03E8EDA080`, 1007, 'bad-close-reason')
    refused(`8883${MASK_HEX}03E8C3`, 1007, 'bad-close-reason')
  })

  it.each([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])(
    '[B11] Close with code %i: 1002',
    (code) => {
      refused(`8882${MASK_HEX}${code.toString(16).padStart(4, '0')}`, 1002, 'bad-close-code')
    },
  )

  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    '[B12] [W30] Close with code %i is accepted and echoed',
    (code) => {
      const payload = Buffer.concat([Buffer.of(code >> 8, code & 255), Buffer.from('grüße')])
      const trace = playEveryWay(frame({ opcode: 8, payload, mask }))
      expect(trace.events).toEqual([`end peer-closed ${code}`])
      expect(trace.ending).toEqual({ kind: 'peer-closed', code, reason: 'grüße' })
      expect(trace.sentBytes).toEqual(frame({ opcode: 8, payload }))
    },
  )

  it('[B12] an empty Close is code 1005 and answered with an empty one', () => {
    const trace = playEveryWay(`8880${MASK_HEX}`)
    expect(trace.ending).toEqual({ kind: 'peer-closed', code: 1005, reason: '' })
    expect(trace.sentBytes).toEqual(Buffer.from('8800', 'hex'))
  })

  it('[B13] [W31] data after Close, a ping after Close, a second Close, and rubbish: nothing happens', () => {
    const close = `8882${MASK_HEX}03E8`
    for (const after of [`8181${MASK_HEX}61`, `8980${MASK_HEX}`, `8882${MASK_HEX}03E9`, 'FFFFFFFFFFFF', '8']) {
      const trace = playEveryWay(`${close}${after.length > 1 ? after : ''}`)
      expect(trace.events).toEqual(['end peer-closed 1000'])
      expect(trace.sent).toEqual(['close 1000'])
    }
  })

  it('[B15] empty text, an empty final fragment, an empty ping: legal', () => {
    expect(playEveryWay(`8180${MASK_HEX}`).events).toEqual(['text ""'])
    expect(playEveryWay(`8280${MASK_HEX}`).events).toEqual(['binary'])
    expect(playEveryWay(`0181${MASK_HEX}61 8080${MASK_HEX}`).events).toEqual(['text "a"'])
    expect(playEveryWay(`0180${MASK_HEX} 0080${MASK_HEX} 8080${MASK_HEX}`).events).toEqual(['text ""'])
    expect(playEveryWay(`0280${MASK_HEX} 8081${MASK_HEX}61`).events).toEqual(['binary 61'])
    const ping = playEveryWay(`8980${MASK_HEX}`)
    expect(ping.events).toEqual(['ping'])
    expect(ping.sentBytes).toEqual(Buffer.from('8A00', 'hex'))
  })

  it('[B15] [W08] empty fragments count', () => {
    const bytes = Buffer.concat([
      frame({ opcode: 1, fin: false, mask }),
      ...Array.from({ length: 3 }, () => frame({ opcode: 0, fin: false, mask })),
    ])
    expect(playEveryWay(bytes, { limits: { maxFragments: 4 } }).events).toEqual([])
    expect(playEveryWay(bytes, { limits: { maxFragments: 3 } }).events).toEqual([violation(1008, 'too-many-fragments')])
  })
})

describe('rows C of the attack table', () => {
  it.each([
    ['1-byte', 'a'],
    ['empty', ''],
  ])('[C01] endless %s continuations: 1008 after 1,024 fragments, memory at most twice the bytes', (_name, payload) => {
    let ended = ''
    const connection = new WireConnection({
      role: 'server',
      now: 0,
      events: { onMessage() {}, onEnd: (end) => (ended = `${end.kind} ${end.code}`) },
    })
    connection.receive(frame({ opcode: 1, fin: false, payload, mask }), 0)
    for (let fragments = 2; fragments <= 1_024; fragments++) {
      connection.receive(frame({ opcode: 0, fin: false, payload, mask }), 0)
      expect(connection.heldBytes).toBeLessThanOrEqual(2 * fragments * payload.length)
    }
    expect(ended).toBe('')
    connection.receive(frame({ opcode: 0, fin: false, payload, mask }), 0)
    expect(ended).toBe('peer-violation 1008')
    expect(connection.heldBytes).toBe(0)
  })

  it('[C02] [W07] fragments under the limit, their sum over it: 1009 from the header that makes it so', () => {
    const first = frame({ opcode: 2, fin: false, payload: Buffer.alloc(40_000), mask })
    expect(playEveryWay(Buffer.concat([first, Buffer.from('00FE63C0', 'hex')])).events).toEqual([])
    expect(playEveryWay(Buffer.concat([first, Buffer.from('00FE63C1', 'hex')])).events).toEqual([
      violation(1009, 'message-too-big'),
    ])
  })

  it('[C03] [W41] a message never finished, kept alive with pings: the assembly deadline holds', () => {
    const ended: string[] = []
    const connection = new WireConnection({
      role: 'server',
      now: 0,
      events: { onMessage() {}, onEnd: (end) => ended.push(`${end.kind} ${end.code} ${end.reason}`) },
    })
    connection.receive(frame({ opcode: 1, fin: false, payload: 'a', mask }), 1_000)
    for (let now = 2_000; now <= 30_000; now += 1_000) {
      connection.receive(frame({ opcode: 9, mask }), now)
      connection.handleTimeout(now)
    }
    expect(ended).toEqual([])
    connection.takeOutput()
    connection.handleTimeout(31_000)
    expect(ended).toEqual(['timed-out 1008 The message took too long to arrive.'])
    expect(connection.takeOutput()?.slice(0, 4)).toEqual(Buffer.from('882603F0', 'hex'))
  })

  it('[C04] [W09] 64 KiB in 1-byte segments of 64 KiB slabs: what is held is ours, and at most twice the bytes', () => {
    let got: Buffer | undefined
    const connection = new WireConnection({
      role: 'server',
      now: 0,
      events: { onMessage: (payload) => (got = Buffer.from(payload)), onEnd() {} },
    })
    const message = frame({ opcode: 2, payload: Buffer.alloc(65_536, 7), mask })
    const slab = Buffer.alloc(65_536)
    let most = 0
    for (let at = 0; at < message.length; at++) {
      slab[0] = message[at]!
      connection.receive(slab.subarray(0, 1), 0)
      if (at > 14) most = Math.max(most, connection.heldBytes / (at - 13))
    }
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(2)
    expect(got?.equals(Buffer.alloc(65_536, 7))).toBe(true)
    expect(connection.heldBytes).toBe(0)
  })

  it('[C08] [W23] pings by a peer that does not read: only the newest pong is kept', () => {
    const connection = new WireConnection({ role: 'server', now: 0, events: { onMessage() {}, onEnd() {} } })
    connection.sendText('the transport is not taking this')
    for (let i = 0; i < 2_000; i++) {
      const payload = Buffer.alloc(125, i % 256)
      const bytes = frame({ opcode: 9, payload, mask })
      connection.receive(bytes, i * 100)
      // The bytes are their owner's again: what is owed is a copy.
      bytes.fill(0xee)
      expect(connection.pendingBytes).toBeLessThan(200)
    }
    expect(connection.takeOutput()).toEqual(
      Buffer.concat([
        frame({ opcode: 1, payload: 'the transport is not taking this' }),
        frame({ opcode: 10, payload: Buffer.alloc(125, 1_999 % 256) }),
      ]),
    )
  })

  it('[C08] a pong that is still owed leaves before the Close', () => {
    const connection = new WireConnection({ role: 'server', now: 0, events: { onMessage() {}, onEnd() {} } })
    connection.ping('x')
    connection.receive(frame({ opcode: 9, payload: 'p', mask }), 0)
    connection.close()
    expect(connection.takeOutput()).toEqual(Buffer.from('8901788A01708800', 'hex'))
  })

  it('[C09] [W10] a flood of control frames while reading: 20 per second, then 1008', () => {
    const flood = (count: number, opcode: number): Buffer =>
      Buffer.concat(Array.from({ length: count }, () => frame({ opcode, mask })))
    expect(play([flood(20, 9)]).sent).toHaveLength(20)
    for (const opcode of [9, 10]) {
      const trace = playEveryWay(flood(21, opcode))
      expect(trace.events.at(-1)).toBe(violation(1008, 'too-many-control-frames'))
      expect(trace.sent.at(-1)).toBe('close 1008')
    }
  })

  it('[C09] the allowance comes back with time, and never exceeds one second of it', () => {
    const ended: string[] = []
    const connection = new WireConnection({
      role: 'server',
      now: 0,
      events: { onMessage() {}, onEnd: (end) => ended.push(end.kind) },
    })
    for (let i = 0; i < 200; i++) {
      connection.receive(frame({ opcode: 9, mask }), i * 50)
      connection.takeOutput()
    }
    expect(ended).toEqual([])
    for (let i = 0; i < 20; i++) connection.receive(frame({ opcode: 10, mask }), 1_000_000)
    expect(ended).toEqual([])
    connection.receive(frame({ opcode: 10, mask }), 1_000_000)
    expect(ended).toEqual(['peer-violation'])
  })
})
