import { describe, expect, it } from 'vitest'
import { DEFAULT_POLICY, FIRST_LINK, type Link, type LinkEvent, transition } from '../src/link.ts'
import { errorOf } from './support/error-of.ts'
import { openClient } from './support/open-client.ts'

function run(...events: LinkEvent[]): Link {
  return events.reduce((link, event) => transition(link, event, DEFAULT_POLICY), FIRST_LINK)
}

const lost = (code: number, nowMs = 0, random = 0.5): LinkEvent => ({
  type: 'lost',
  cause: { code, reason: '' },
  nowMs,
  random,
})
const opened = (nowMs = 0): LinkEvent => ({ type: 'opened', nowMs })
const retry: LinkEvent = { type: 'retry' }

describe('the policy of reconnecting', () => {
  it('waits at random up to 5 s first, then up to 1.6 times more, at most 30 s', () => {
    const delays: number[] = []
    let link: Link = run(opened())
    for (let i = 0; i < 7; i++) {
      link = transition(link, lost(1006, 0, 0.999999), DEFAULT_POLICY)
      if (link.name === 'waiting') delays.push(Math.round(link.delayMs))
      link = transition(link, retry, DEFAULT_POLICY)
    }
    expect(delays).toEqual([5_000, 8_000, 12_800, 20_480, 30_000, 30_000, 30_000])
    expect(run(lost(1006, 0, 0))).toMatchObject({ name: 'waiting', delayMs: 0 })
  })

  it('forgets failures only after 60 s of health, whatever the close code', () => {
    expect(run(lost(1006), retry, opened(0), lost(1012, 59_999))).toMatchObject({ attempts: { failures: 2 } })
    expect(run(lost(1006), retry, opened(0), lost(1012, 60_000))).toMatchObject({ attempts: { failures: 1 } })
  })

  it('[9.2] does what the server asks', () => {
    const hinted = run(opened(), { type: 'draining', retryAfterMs: 4_200 }, lost(1012, 1))
    expect(hinted).toMatchObject({ name: 'waiting', delayMs: 4_200, hinted: true })
  })

  it.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, 3000, 3499, 4000])('[9.3] comes again after %i', (code) => {
    expect(run(opened(), lost(code)).name).toBe('waiting')
  })

  it.each([1002, 1003, 1007, 1008, 1009, 3500, 3999])('[9.3] does not come again after %i', (code) => {
    expect(run(opened(), lost(code))).toEqual({ name: 'closed', cause: { code, reason: '' } })
  })

  it('tries HTTP after three sockets that never opened, and a socket after HTTP that did not', () => {
    const blocked = run(lost(1006), retry, lost(1006), retry, lost(1006), retry)
    expect(blocked).toMatchObject({ name: 'connecting', via: 'fallback' })
    const again = transition(transition(blocked, lost(1006), DEFAULT_POLICY), retry, DEFAULT_POLICY)
    expect(again).toMatchObject({ name: 'connecting', via: 'socket' })
    expect(run(lost(1006), retry, lost(1006), retry, opened(), lost(1006), retry)).toMatchObject({ via: 'socket' })
  })

  it('is closed for good', () => {
    const closed = run({ type: 'closed', cause: { code: 1000, reason: 'x' } })
    for (const event of [retry, opened(), lost(1006)]) expect(transition(closed, event, DEFAULT_POLICY)).toBe(closed)
  })
})

describe('the connection', () => {
  it('[1.6] asks before hello, tells its states, and ends without a timer or a listener left', async () => {
    const { api, network, states } = openClient()
    api.channel('/a').subscribe(() => {})
    await network.flush()
    expect(api.state).toEqual({ name: 'open', via: 'socket', session: 's1' })
    network.socket.end(1011, 'oops')
    const retryAt = network.platform.wallMs() + 2_500
    expect(api.state).toEqual({ name: 'waiting', code: 1011, reason: 'oops', retryAt })
    await network.pass(2_500)
    expect(states.map(({ name }) => name)).toEqual(['open', 'waiting', 'connecting', 'open'])
    api.close('enough')
    expect(await api.closed).toEqual({ name: 'closed', code: 1000, reason: 'enough' })
    expect([network.time.pending, network.watchers, network.socket.state]).toEqual([0, 0, 'closed'])
  })

  it('[1.5] gives an attempt up that has no hello within 10 s', async () => {
    const { api, network } = openClient()
    network.socket.silent = true
    await network.pass(9_999)
    expect(api.state.name).toBe('connecting')
    await network.pass(1)
    expect(api.state).toMatchObject({ name: 'waiting', reason: 'no answer within 10000 ms' })
  })

  it('takes an error before it is open for the end: not every platform tells `close` then', async () => {
    const { api, network } = openClient()
    network.socket.onerror?.(undefined as never)
    expect(api.state).toMatchObject({ name: 'waiting', code: 1006 })
    await network.pass(5_000)
    expect([api.state.name, network.sockets.length]).toEqual(['open', 2])
  })

  it('[1.7] notices a connection that is silently gone by its own ping', async () => {
    const { api, network } = openClient()
    await network.pass(20_000)
    network.socket.silent = true
    await network.pass(14_999)
    expect(api.state.name).toBe('open')
    await network.pass(1)
    expect(api.state).toMatchObject({ name: 'waiting', reason: 'no answer to a ping' })
    await network.pass(10_000)
    expect(api.state.name).toBe('open')
  })

  it('asks at once when the page wakes up or the network changes, and gives 5 s', async () => {
    const { api, network } = openClient()
    await network.pass(1_000)
    network.socket.silent = true
    network.see('visible')
    await network.pass(5_000)
    expect(api.state.name).not.toBe('open')
  })

  it('comes again at once when the network is back, but not before the server wants it', async () => {
    const { api, network, server } = openClient()
    await network.flush()
    network.socket.end(1006)
    network.see('offline')
    await network.flush()
    expect(api.state.name).toBe('waiting')
    network.see('online')
    await network.flush()
    expect(api.state.name).toBe('open')
    for (const peer of server.peers) peer.end.send({ push: 'draining', retryAfterMs: 9_000 })
    await network.flush()
    network.socket.end(1012)
    network.see('online')
    await network.pass(8_999)
    expect(api.state.name).toBe('waiting')
    await network.pass(1)
    expect(api.state.name).toBe('open')
  })

  it('tells everybody when the server will not have it again', async () => {
    const { api, network } = openClient()
    const messages = api.channel('/a').messages()
    const next = errorOf(messages.next())
    await network.flush()
    network.socket.end(3500, 'three strikes')
    expect(await next).toMatchObject({ code: 'closed' })
    await expect(api.channel('/a').publish(1)).rejects.toMatchObject({ code: 'closed' })
    expect(await api.closed).toMatchObject({ code: 3500 })
  })

  it('[1.4] ignores pushes and fields that it does not know', async () => {
    const { api, network, server, errors } = openClient()
    await network.flush()
    for (const peer of server.peers) peer.end.send({ push: 'horoscope', channel: '/a' })
    await network.flush()
    expect([api.state.name, errors]).toEqual(['open', []])
  })

  it('survives a server that answers with what the protocol does not have', async () => {
    const { api, network, server, errors } = openClient()
    const seen: unknown[] = []
    api.channel('/a').subscribe((data) => seen.push(data))
    server.intercept = (request) => (request.op === 'subscribe' ? { result: { nothing: true } } : undefined)
    await network.flush()
    expect(api.state.name).toBe('waiting')
    expect(errors.map(({ code }) => code)).toEqual(['protocol-violation'])
    server.intercept = () => undefined
    await network.pass(10_000)
    server.publish('/a', 1)
    await network.flush()
    expect(seen).toEqual([1])
  })
})
