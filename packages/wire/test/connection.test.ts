import { expect, it } from 'vitest'
import { WireConnection } from '../src/index.ts'

it('echoes a masked text frame unmasked', () => {
  const received: string[] = []
  const connection = new WireConnection({
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
  connection.receive(Buffer.from('8185000000005374657661', 'hex').subarray(0, 11), 1)
  expect(received).toEqual(['Steva'])
  expect(connection.takeOutput()).toEqual(Buffer.from('81055374657661', 'hex'))
})
