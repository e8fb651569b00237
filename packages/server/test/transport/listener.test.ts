import { connect } from 'node:net'
import { connect as tlsConnect, type TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { API, serve } from '../api.ts'
import { handshake, RawClient } from '../raw-client.ts'
import { createHydrant } from '../../src/index.ts'
import { certificate } from './certificate.ts'

function secure(port: number, options: object = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => resolve(socket))
    socket.once('error', reject)
  })
}

describe('connections that have not asked for anything', () => {
  it('[A01] [A02] are closed at the deadline, whatever they send of a head', async () => {
    await using api = await serve({ limits: { handshakeTimeoutMs: 300 } })
    using silent = await RawClient.open(api.port)
    using slow = await RawClient.open(api.port)
    slow.send('GET / HTTP/1.1\r\n')
    const drip = setInterval(() => slow.send('X'), 50)
    expect(await slow.untilClosed()).toMatch(/^HTTP\/1\.1 408 /)
    clearInterval(drip)
    expect(await silent.untilClosed()).toMatch(/^HTTP\/1\.1 408 /)
    expect(api.hits('handshake-timeout')).toBe(2)
  })

  it('[A03] [A20] are a pool of their own: one more than it holds is answered 503, and who is connected stays', async () => {
    await using api = await serve({ limits: { maxHandshakes: 3 } })
    using established = await RawClient.open(api.port)
    established.send(handshake('/prices/AAPL'))
    await established.until((received) => received.includes('\r\n\r\n'))
    const open = async (): Promise<RawClient> => RawClient.open(api.port)
    using first = await open()
    using second = await open()
    using third = await open()
    using fourth = await open()
    const answer = await fourth.untilClosed()
    expect(answer).toMatch(/^HTTP\/1\.1 503 /)
    expect(answer).toContain('\r\nRetry-After: 1\r\n')
    expect([first, second, third, established].map(({ isClosed }) => isClosed)).toEqual([false, false, false, false])
    expect(api.hits('handshakes')).toBe(1)
    third.send(handshake('/prices/AAPL'))
    expect(await third.until((received) => received.includes('\r\n\r\n'))).toMatch(/ 101 /)
    using fifth = await open()
    fifth.send(handshake('/prices/AAPL'))
    expect(await fifth.until((received) => received.includes('\r\n\r\n'))).toMatch(/ 101 /)
  })
})

describe('TLS', () => {
  it('serves https and wss, TLS 1.2 and later, and takes another certificate without dropping anybody', async () => {
    await using hydrant = createHydrant({ contract: API })
    const { url, port } = await hydrant.listen({ port: 0, tls: await certificate('01') })
    expect(url).toMatch(/^https:\/\//)
    const client = new WebSocket(`${url.replace('https', 'wss')}/prices/AAPL`, { rejectUnauthorized: false })
    const messages: string[] = []
    client.on('message', (data: Buffer) => messages.push(data.toString()))
    await new Promise((opened, failed) => client.once('open', opened).once('error', failed))

    const before = await secure(port)
    hydrant.replaceTls(await certificate('02'))
    expect(() => hydrant.replaceTls({ cert: 'nonsense', key: 'nonsense' })).toThrow(/PEM|no start line/i)
    const after = await secure(port)
    expect([before, after].map((socket) => Number(socket.getPeerCertificate().serialNumber))).toEqual([1, 2])
    const told = new Promise((resolve) => client.once('message', resolve))
    await hydrant.publish('/prices/AAPL', { price: 1 })
    await told
    expect(messages).toEqual(['{"price":1}'])
    await expect(secure(port, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' })).rejects.toThrow(
      /version|alert|protocol/i,
    )
    for (const socket of [before, after]) socket.destroy()
    client.terminate()
  })

  it('[A18] ends a stalled handshake, survives nonsense and odd names, and refuses to renegotiate', async () => {
    await using hydrant = createHydrant({ contract: API, limits: { tlsHandshakeTimeoutMs: 200 } })
    const { port } = await hydrant.listen({ port: 0, tls: await certificate('01') })
    const stalled = connect(port, '127.0.0.1').on('error', () => {})
    await new Promise((closed) => stalled.once('close', closed).resume())
    expect(hydrant.limitHits().get('tls-handshake-timeout')).toBe(1)
    const nonsense = connect(port, '127.0.0.1').on('error', () => {})
    nonsense.write('GET / HTTP/1.1\r\n\r\n')
    await new Promise((closed) => nonsense.once('close', closed).resume())
    const odd = await secure(port, { servername: '__proto__', ALPNProtocols: ['http/1.1', 'constructor'] })
    odd.destroy()
    await expect(secure(port, { ALPNProtocols: ['h9'] })).rejects.toThrow(/alert|protocol/i)
    const old = await secure(port, { maxVersion: 'TLSv1.2' })
    old.on('error', () => {})
    const renegotiated = new Promise((resolve) => {
      old.renegotiate({}, (error) => resolve(error))
      old.once('close', () => resolve(new Error('closed')))
    })
    expect(await renegotiated).toBeInstanceOf(Error)
    old.destroy()
  })
})
