import { describe, expect, it } from 'vitest'
import { HandshakeRefused, openSocket, type SocketClient } from '../../socket-client.ts'
import { serve } from '../../api.ts'
import { bearer, caller, serveSecured } from '../secured-api.ts'

describe('connections of one address', () => {
  it('behind a proxy are counted by the address it names: at the limit, one more is 429, and one that goes makes room', async () => {
    await using api = await serve({ trustedProxies: ['127.0.0.1'], limits: { maxConnectionsPerAddress: 2 } })
    const open = (address: string): Promise<SocketClient> =>
      openSocket(`${api.wsUrl}/prices/AAPL`, { headers: { 'x-forwarded-for': address } })
    using first = await open('203.0.113.1')
    using second = await open('203.0.113.1')
    const refused = await open('203.0.113.1').catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(HandshakeRefused)
    expect(refused).toMatchObject({ status: 429 })
    expect(JSON.parse((refused as HandshakeRefused).body)).toMatchObject({
      code: 'too-many-connections',
      retryAfterMs: 5000,
    })
    using other = await open('203.0.113.2')
    expect(other.socket.readyState).toBe(1)
    const left = fetchStream(api.url, '203.0.113.1')
    expect((await left).status).toBe(429)
    first.socket.close()
    await first.closed
    using again = await open('203.0.113.1')
    expect([second, again].map(({ socket }) => socket.readyState)).toEqual([1, 1])
    expect(api.hits('connections-per-address')).toBe(2)
  })

  it('loopback has no limit', async () => {
    await using api = await serve({ limits: { maxConnectionsPerAddress: 1 } })
    using first = await openSocket(`${api.wsUrl}/prices/AAPL`)
    using second = await openSocket(`${api.wsUrl}/prices/AAPL`)
    expect([first, second].map(({ socket }) => socket.readyState)).toEqual([1, 1])
  })
})

describe('connections of one principal', () => {
  it('at the limit, one more is refused; others are not', async () => {
    await using api = await serveSecured({ limits: { maxConnectionsPerPrincipal: 1 } })
    const open = (id: string): Promise<SocketClient> => openSocket(`${api.wsUrl}/news`, { headers: bearer(caller(id)) })
    using first = await open('ann')
    await expect(open('ann')).rejects.toMatchObject({ status: 429 })
    using other = await open('bob')
    expect([first, other].map(({ socket }) => socket.readyState)).toEqual([1, 1])
    expect(api.hits('connections-per-principal')).toBe(1)
  })
})

function fetchStream(url: string, address: string): Promise<Response> {
  return fetch(`${url}/prices/AAPL`, { headers: { accept: 'text/event-stream', 'x-forwarded-for': address } })
}
