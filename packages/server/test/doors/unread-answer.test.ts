import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { serve } from '../api.ts'

const CONTRACT = `
asyncapi: 3.0.0
info: { title: Large, version: 1.0.0 }
channels: { large: { address: /large, messages: { text: { payload: { type: object } } } } }
operations: { sendText: { action: send, channel: { $ref: '#/channels/large' } } }
`

const PAGE = 'GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n\r\n'

describe('an HTTP answer', () => {
  it('[C19] that its peer does not read ends the connection after the write timeout', async () => {
    await using api = await serve({ contract: CONTRACT, limits: { writeTimeoutMs: 200 } })
    for (let i = 0; i < 60; i++) await api.hydrant.publish('/large', { text: 'x'.repeat(60_000) })
    const socket = connect({ port: Number(new URL(api.url).port), host: '127.0.0.1' })
    // Never reads: what the kernel does not take stays with the server.
    socket.pause()
    socket.on('error', () => {})
    const closed = new Promise((resolve) => {
      socket.once('close', resolve)
    })
    socket.write(PAGE.repeat(8))
    // Paused, a socket does not see its end: writing to it does.
    const poke = setInterval(() => socket.write(PAGE), 50)
    await closed
    clearInterval(poke)
    expect(socket.destroyed).toBe(true)
  })

  it('[C19] that is read slowly, with pauses under the write timeout, arrives whole', async () => {
    await using api = await serve({ contract: CONTRACT, limits: { writeTimeoutMs: 400 } })
    for (let i = 0; i < 60; i++) await api.hydrant.publish('/large', { text: 'x'.repeat(60_000) })
    const socket = connect({ port: Number(new URL(api.url).port), host: '127.0.0.1' })
    socket.write(PAGE.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    let bytes = 0
    for await (const piece of socket) {
      bytes += (piece as Buffer).length
      if (bytes % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(bytes).toBeGreaterThan(60 * 60_000)
  })
})
