import { describe, expect, it } from 'vitest'
import { parseUp } from '../src/index.ts'

function pointersOf(value: unknown): string[] {
  const parsed = parseUp(value)
  if (parsed.kind !== 'refused') throw new Error(`expected a refusal, got ${JSON.stringify(parsed)}`)
  return (parsed.error.errors ?? []).map(({ pointer }) => pointer)
}

describe('a message of a client', () => {
  it.each([
    { op: 'subscribe', id: 1, channels: [{ channel: '/a' }] },
    {
      op: 'subscribe',
      id: 1,
      channels: [{ channel: '/a', since: 'e:1', rate: 0.5, conflate: 'symbol', presence: true }],
    },
    { op: 'subscribe', id: 9007199254740991, channels: [{ channel: '/a', last: 300 }] },
    { op: 'unsubscribe', id: 1, channels: ['/a'] },
    { op: 'publish', id: 1, channel: '/a', data: null },
    { op: 'publish', id: 1, channel: '/a', base64: 'AP8K', name: 'blob', key: 'k' },
    { op: 'request', id: 1, channel: '/a', data: {}, timeoutMs: 60_000 },
    { op: 'presence', id: 1, channel: '/a', data: null },
    { op: 'ping', id: 1, unknown: 'ignored (1.4)' },
    { op: 'authenticate', id: 1, token: 't' },
  ])('[2.1] %j is a request', (value) => {
    expect(parseUp(value)).toEqual({ kind: 'request', request: value })
  })

  it.each([
    undefined,
    null,
    5,
    'x',
    [],
    {},
    { id: 1 },
    { op: 'ping' },
    { op: 'ping', id: 0 },
    { op: 'ping', id: 1.5 },
    { op: 'ping', id: '1' },
    { op: 'ping', id: 2 ** 53 },
    { op: 5, id: 1 },
  ])('[2.6] %j is a strike', (value) => {
    expect(parseUp(value)).toMatchObject({ kind: 'strike', error: { code: 'malformed-message', status: 400 } })
  })

  it.each(['constructor', '__proto__', 'hasOwnProperty', 'nothing', ''])('[1.4] the operation %j is unknown', (op) => {
    expect(parseUp({ op, id: 7 })).toMatchObject({ kind: 'refused', id: 7, error: { code: 'operation-unknown' } })
  })

  it.each([
    [{ op: 'subscribe', id: 1 }, ['/channels']],
    [{ op: 'subscribe', id: 1, channels: [] }, ['/channels']],
    [{ op: 'subscribe', id: 1, channels: ['/a'] }, ['/channels/0']],
    [{ op: 'subscribe', id: 1, channels: [{ channel: 'a' }] }, ['/channels/0/channel']],
    [{ op: 'subscribe', id: 1, channels: [{ channel: '/a', since: 'e:1', last: 5 }] }, ['/channels/0/last']],
    [{ op: 'subscribe', id: 1, channels: [{ channel: '/a', last: 301 }] }, ['/channels/0/last']],
    [{ op: 'subscribe', id: 1, channels: [{ channel: '/a', rate: 0 }] }, ['/channels/0/rate']],
    [{ op: 'subscribe', id: 1, channels: [{ channel: '/a', rate: 1001 }] }, ['/channels/0/rate']],
    [{ op: 'unsubscribe', id: 1, channels: ['/a', 5] }, ['/channels/1']],
    [{ op: 'publish', id: 1, channel: '/a' }, ['/data']],
    [{ op: 'publish', id: 1, channel: '/a', data: 1, base64: '' }, ['/data']],
    [{ op: 'publish', id: 1, channel: '/a', base64: '%' }, ['/base64']],
    [{ op: 'publish', id: 1, channel: '/a', data: 1, key: '' }, ['/key']],
    [{ op: 'publish', id: 1, channel: '/a', data: 1, key: 'k'.repeat(256) }, ['/key']],
    [{ op: 'request', id: 1, channel: '/a' }, ['/data']],
    [{ op: 'request', id: 1, channel: '/a', data: 1, timeoutMs: 60_001 }, ['/timeoutMs']],
    [{ op: 'authenticate', id: 1 }, ['/token']],
  ])('[2.4] the fields of %j are refused, each with its place', (value, pointers) => {
    expect(pointersOf(value)).toEqual(pointers)
  })

  it('[3.1] a subscribe may name 128 channels, not 129', () => {
    const channels = Array.from({ length: 129 }, (_, i) => ({ channel: `/${i}` }))
    expect(parseUp({ op: 'subscribe', id: 1, channels: channels.slice(1) }).kind).toBe('request')
    expect(pointersOf({ op: 'subscribe', id: 1, channels })).toEqual(['/channels'])
  })
})
