import { describe, expect, it } from 'vitest'
import { type Json, post, postJson } from '../api.ts'
import { openEventStream } from '../event-stream-client.ts'
import { HandshakeRefused, openSocket } from '../socket-client.ts'
import { MovedClock } from './moved-clock.ts'
import { bearer, caller, serveSecured } from './secured-api.ts'

const unauthorized = (error: unknown): boolean => error instanceof HandshakeRefused && error.status === 401

async function ticketOf(api: { url: string }, id = 'ann'): Promise<string> {
  const { ticket, expiresInMs } = (await postJson(`${api.url}/-/tickets`, '', bearer(caller(id)))) as Json & {
    ticket: string
  }
  expect(expiresInMs).toBe(30_000)
  return ticket
}

describe('[D04] tickets', () => {
  it('open one socket or event stream, once, as who asked for them', async () => {
    await using api = await serveSecured()
    const ticket = await ticketOf(api)
    expect(Buffer.from(ticket, 'base64url')).toHaveLength(32)
    using socket = await openSocket(`${api.wsUrl}/users/ann?ticket=${ticket}`)
    expect(socket.socket.readyState).toBe(1)
    await expect(openSocket(`${api.wsUrl}/users/ann?ticket=${ticket}`)).rejects.toSatisfy(unauthorized)
    using events = await openEventStream(`${api.url}/users/ann?ticket=${await ticketOf(api)}`)
    expect(events.contentType).toBe('text/event-stream')
    await expect(openEventStream(`${api.url}/users/bob?ticket=${await ticketOf(api)}`)).rejects.toThrow('403')
  })

  it('end after 30 seconds', async () => {
    const clock = new MovedClock()
    await using api = await serveSecured({ clock })
    const [inTime, late] = [await ticketOf(api), await ticketOf(api)]
    clock.advance(29_999)
    using socket = await openSocket(`${api.wsUrl}/users/ann?ticket=${inTime}`)
    expect(socket.socket.readyState).toBe(1)
    clock.advance(1)
    await expect(openSocket(`${api.wsUrl}/users/ann?ticket=${late}`)).rejects.toSatisfy(unauthorized)
  })

  it('are for somebody, and not for more tickets than the identity lasts', async () => {
    const clock = new MovedClock()
    await using api = await serveSecured({ clock })
    expect((await post(`${api.url}/-/tickets`, '')).status).toBe(401)
    expect((await fetch(`${api.url}/-/tickets`, { headers: bearer(caller('ann')) })).status).toBe(405)
    const short = bearer(caller('ann', { expiresAt: clock.wallMs() + 5_000 }))
    const { ticket } = (await postJson(`${api.url}/-/tickets`, '', short)) as Json & { ticket: string }
    clock.advance(5_000)
    await expect(openSocket(`${api.wsUrl}/users/ann?ticket=${ticket}`)).rejects.toSatisfy(unauthorized)
  })

  it('can be asked for by pages of allowed origins alone', async () => {
    await using api = await serveSecured({ allowedOrigins: ['https://app.test'] })
    const from = (origin: string, method = 'POST'): Promise<Response> =>
      fetch(`${api.url}/-/tickets`, { method, headers: { origin, ...bearer(caller('ann')) } })
    const preflight = await from('https://app.test', 'OPTIONS')
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Authorization')
    expect(preflight.headers.get('access-control-allow-credentials')).toBeNull()
    expect((await from('https://app.test')).headers.get('access-control-allow-origin')).toBe('https://app.test')
    for (const origin of ['https://app.test.evil', 'http://app.test', 'null'])
      expect((await from(origin)).status).toBe(403)
  })
})
