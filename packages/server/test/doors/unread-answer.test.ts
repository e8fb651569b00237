import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { json } from 'node:stream/consumers'
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

  it('[C19] that is read leaves no deadline behind: the next one may take longer than the write timeout', async () => {
    await using api = await serve({ contract: CONTRACT, limits: { writeTimeoutMs: 100 } })
    for (let i = 0; i < 60; i++) await api.hydrant.publish('/large', { text: 'x'.repeat(60_000) })
    using agent = new KeptConnection(api.url)
    const page = await agent.getJson('/large')
    expect(page.messages).toHaveLength(60)
    const polled = await agent.getJson(`/large?since=${page.position}&wait=1`)
    expect([polled.messages, agent.connections]).toEqual([[], 1])
  })
})

interface Page {
  readonly position: string
  readonly messages: readonly unknown[]
}

/** Asks one thing after the other on one connection. */
class KeptConnection implements Disposable {
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #sockets = new Set<object>()

  constructor(url: string) {
    this.#url = url
  }

  get connections(): number {
    return this.#sockets.size
  }

  async getJson(path: string): Promise<Page> {
    const headers = { accept: 'application/json' }
    const asked = get(`${this.#url}${path}`, { agent: this.#agent, headers })
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    this.#sockets.add(response.socket)
    return (await json(response)) as Page
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}
