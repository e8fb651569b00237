import { expect, it } from 'vitest'
import { WireConnection } from '../src/index.ts'
import { frame } from './frames.ts'
import { seededBytes } from './recorder.ts'

it('echoes a masked text frame unmasked', () => {
  const received: string[] = []
  const connection: WireConnection = new WireConnection({
    role: 'server',
    now: 0,
    events: {
      onMessage(payload) {
        received.push(payload.toString())
        connection.sendText(payload)
      },
      onEnd() {},
    },
  })
  connection.receive(Buffer.from('8185000000005374657661', 'hex'), 1)
  expect(received).toEqual(['Steva'])
  expect(connection.takeOutput()).toEqual(Buffer.from('81055374657661', 'hex'))
})

it('[W11] hands out a view of the bytes of the read, and what was sent on from it is a copy', () => {
  let seen: Buffer | undefined
  const connection: WireConnection = new WireConnection({
    role: 'server',
    now: 0,
    events: {
      onMessage(payload) {
        seen = payload
        connection.sendBinary(payload)
      },
      onEnd() {},
    },
  })
  const bytes = frame({ opcode: 2, payload: 'payload', mask: Buffer.of(1, 2, 3, 4) })
  connection.receive(bytes, 0)
  expect(seen?.buffer).toBe(bytes.buffer)
  bytes.fill(0)
  expect(connection.takeOutput()).toEqual(frame({ opcode: 2, payload: 'payload' }))
})

it("[W21] never changes the caller's bytes, in the client role, which masks", () => {
  const connection = new WireConnection({
    role: 'client',
    now: 0,
    random: seededBytes(3),
    deflate: { threshold: 100, level: 6, windowBits: 15 },
    events: { onMessage() {}, onEnd() {} },
  })
  const payload = Buffer.alloc(300, 'x')
  connection.sendBinary(payload)
  connection.sendText(payload.subarray(0, 50))
  connection.sendFragment(payload, { binary: true, final: true })
  connection.ping(payload.subarray(0, 20))
  expect(payload).toEqual(Buffer.alloc(300, 'x'))
})
