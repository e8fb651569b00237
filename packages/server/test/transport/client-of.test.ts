import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { addressGroup, type Client, clientOf, TrustedProxies } from '../../src/transport/client-of.ts'

function clientFrom(remoteAddress: string, headers: Record<string, string>, proxies: string[]): Client {
  const request = {
    headers: { host: 'inner:8080', ...headers },
    socket: { remoteAddress },
  } as unknown as IncomingMessage
  new TrustedProxies(proxies).read(request)
  return clientOf(request)
}

const PROXIES = ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']

describe('forwarded addresses', () => {
  it.each([
    ['of a stranger are not believed', '203.0.113.9', { 'x-forwarded-for': '1.2.3.4' }, '203.0.113.9'],
    ['of a proxy are', '10.1.1.1', { 'x-forwarded-for': '1.2.3.4' }, '1.2.3.4'],
    [
      'the right-most that is no proxy counts',
      '10.1.1.1',
      { 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.2.2.2' },
      '1.2.3.4',
    ],
    ['what is no address ends the way', '10.1.1.1', { 'x-forwarded-for': '1.2.3.4, nonsense, 10.2.2.2' }, '10.2.2.2'],
    ['without any it is the proxy', '10.1.1.1', {}, '10.1.1.1'],
    ['an IPv4 proxy may come over IPv6', '::ffff:10.1.1.1', { 'x-forwarded-for': '1.2.3.4' }, '1.2.3.4'],
    [
      'Forwarded is read too',
      '192.0.2.7',
      { forwarded: 'for=6.6.6.6, For="[2001:db9::1]:99";proto=https' },
      '2001:db9::1',
    ],
    ['hidden names in Forwarded end the way', '192.0.2.7', { forwarded: 'for=1.2.3.4, for=_hidden' }, '192.0.2.7'],
    ['ports are left out', '10.1.1.1', { 'x-forwarded-for': '1.2.3.4:5678' }, '1.2.3.4'],
  ])('%s', (_rule, remote, headers, expected) => {
    expect(clientFrom(remote, headers, PROXIES).address).toBe(expected)
  })

  it('that disagree are refused: one of them is not the proxy’s', () => {
    const both = { 'x-forwarded-for': '1.2.3.4', forwarded: 'for=6.6.6.6' }
    expect(() => clientFrom('10.1.1.1', both, PROXIES)).toThrow(/name different clients/)
    expect(clientFrom('10.1.1.1', { ...both, forwarded: 'for=1.2.3.4' }, PROXIES).address).toBe('1.2.3.4')
    expect(clientFrom('203.0.113.9', both, PROXIES).address).toBe('203.0.113.9')
  })

  it('scheme and host are believed of a proxy alone, the nearest', () => {
    const headers = { 'x-forwarded-proto': 'http, https', 'x-forwarded-host': 'evil.test, api.example.com' }
    expect(clientFrom('10.1.1.1', headers, PROXIES)).toMatchObject({ scheme: 'https', host: 'api.example.com' })
    expect(clientFrom('203.0.113.9', headers, PROXIES)).toMatchObject({ scheme: 'http', host: 'inner:8080' })
  })

  it.each(['10.0.0.0/33', '10.0.0.0/', 'proxy.local', '::1/129', '1.2.3.4/8/8', ''])(
    '%j is no list of proxies',
    (text) => {
      expect(() => new TrustedProxies([text])).toThrow(TypeError)
    },
  )
})

it('addresses are counted one by one, IPv6 by the /64 of one customer', () => {
  expect(addressGroup('::ffff:192.0.2.1')).toBe('192.0.2.1')
  expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe(addressGroup('2001:db8:1:2::1'))
  expect(addressGroup('2001:db8:1:2::1')).not.toBe(addressGroup('2001:db8:1:3::1'))
  expect(addressGroup('::1')).toBe('0:0:0:0::/64')
})
