import { readFileSync } from 'node:fs'
import { VirtualClock } from '@hydrant/testkit'
import { describe, expect, it } from 'vitest'
import { logsReference } from '../../scripts/logs-reference.ts'
import { EventLog, type LogOptions } from '../../src/observe/logs/event-log.ts'
import { safeText } from '../../src/observe/logs/safe-text.ts'
import { post, serve } from '../api.ts'
import { openSocket } from '../socket-client.ts'

interface Recorded {
  readonly text: string
  readonly lines: Record<string, unknown>[]
}

function recorder(): { readonly log: LogOptions; readonly recorded: () => Recorded } {
  let text = ''
  return {
    log: { destination: { write: (line) => void (text += line) } },
    recorded: () => ({
      text,
      lines: text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    }),
  }
}

describe('the log', () => {
  it('has a line for a connection that opens and closes, with its id, and for what is refused', async () => {
    const { log, recorded } = recorder()
    {
      await using api = await serve({ log })
      const socket = await openSocket(`${api.wsUrl}/short`)
      socket.socket.close()
      await socket.closed
      const refused = await post(`${api.url}/prices/AAPL`, { price: 'x' }, { 'x-request-id': 'abc-1' })
      expect(refused.headers.get('x-request-id')).toBe('abc-1')
    }
    const { lines } = recorded()
    expect(lines.map(({ event }) => event)).toEqual([
      'listening',
      'connection-opened',
      'connection-closed',
      'message-refused',
      'request-refused',
      'stopped',
    ])
    expect(lines[1]).toMatchObject({ level: 'info', connection: 'c1', door: 'websocket', remote: '127.0.0.1' })
    expect(lines[2]).toMatchObject({ connection: 'c1', ending: 'peer-closed' })
    expect(lines[3]).toMatchObject({
      level: 'info',
      channel: '/prices/{symbol}',
      code: 'message-invalid',
      message: 'trade',
    })
    expect(lines[4]).toMatchObject({ request: 'abc-1', method: 'POST', path: '/prices/AAPL', status: 422 })
  })

  it('every answer and every line of a request carries its id, the caller’s where that is a word', async () => {
    const { log, recorded } = recorder()
    const ids: (string | null)[] = []
    {
      await using api = await serve({ log: { ...log, level: 'debug' } })
      const answers = [
        await fetch(`${api.url}/-/live?x=1`, { headers: { 'x-request-id': 'mine:1' } }),
        await post(`${api.url}/prices/AAPL`, { price: 1 }, { 'x-request-id': 'not a word' }),
        await fetch(`${api.url}/prices/AAPL`),
        await fetch(`${api.url}/nowhere`),
      ]
      for (const answer of answers) {
        ids.push(answer.headers.get('x-request-id'))
        await answer.arrayBuffer()
      }
      const stop = new AbortController()
      const stream = await fetch(`${api.url}/prices/AAPL`, {
        headers: { accept: 'text/event-stream' },
        signal: stop.signal,
      })
      ids.push(stream.headers.get('x-request-id'))
      stop.abort()
    }
    expect(ids[0]).toBe('mine:1')
    for (const id of ids.slice(1)) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-z]+$/)
    expect(new Set(ids).size).toBe(5)
    const lines = recorded().lines.filter(({ event }) => String(event).startsWith('request-'))
    expect(lines.map(({ request, event, status }) => [request, event, status])).toEqual([
      [ids[0], 'request-answered', 200],
      [ids[1], 'request-answered', 201],
      [ids[2], 'request-answered', 200],
      [ids[3], 'request-refused', 404],
      [ids[4], 'request-answered', 200],
    ])
    expect(lines[0]).toMatchObject({ level: 'debug', door: 'meta', method: 'GET', path: '/-/live' })
    expect(lines[4]).toMatchObject({ door: 'sse' })
  })

  it('[C15] a name with newlines and control characters never makes a second line', async () => {
    const { log, recorded } = recorder()
    {
      await using api = await serve({ log })
      const name = 'x\n{"level":"error","event":"fault"}\r\u2028\u001b[2J\u0085'
      await post(`${api.url}/prices/AAPL`, { price: name }, { 'hydrant-message': 'no such' })
      await post(`${api.url}/prices/AAPL`, { price: name })
      await post(`${api.url}/prices/${encodeURIComponent(name)}`, {})
    }
    const { text, lines } = recorded()
    expect(lines.map(({ event }) => event)).toEqual([
      'listening',
      'message-refused',
      'request-refused',
      'message-refused',
      'request-refused',
      'request-refused',
      'stopped',
    ])
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/)
  })

  it('[D04] a token in the query and a credential in a header are in no line', async () => {
    const { log, recorded } = recorder()
    {
      await using api = await serve({ log })
      const secret = 'SECRET-Tj3kd9'
      const headers = { authorization: `Bearer ${secret}`, cookie: `s=${secret}` }
      await openSocket(`${api.wsUrl}/nowhere?access_token=${secret}`, { headers }).catch(() => {})
      await fetch(`${api.url}/nowhere?token=${secret}`, { headers })
      await openSocket(`${api.wsUrl}/-/connect?access_token=${secret}`, { headers }).catch(() => {})
    }
    const { text, lines } = recorded()
    expect(lines.length).toBeGreaterThan(3)
    expect(text).not.toContain('SECRET-Tj3kd9')
  })

  it.each([
    ['Authorization: Bearer abc.def-1', 'Authorization: Bearer [redacted]'],
    ['/x?access_token=abc&y=1', '/x?access_token=[redacted]&y=1'],
    ['got eyJhbGciOi.eyJzdWIi.c2ln here', 'got [redacted] here'],
    ['password=hunter2 rest', 'password=[redacted] rest'],
    ['/prices/AAPL keyboard=1', '/prices/AAPL keyboard=1'],
  ])('credentials in texts are redacted: %s', (text, safe) => {
    expect(safeText(text)).toBe(safe)
  })

  it('a text of any length takes bounded time and space', () => {
    expect(safeText('a'.repeat(1e6)).length).toBeLessThanOrEqual(501)
    expect(safeText('\n'.repeat(1e6)).length).toBeLessThanOrEqual(501)
  })

  it.each([19, 20, 21, 10_000])(
    '[C20] of %i lines of one event in a second 20 are written, and one says how many were not',
    (count) => {
      const clock = new VirtualClock()
      const { log, recorded } = recorder()
      const events = new EventLog(clock, log)
      for (let i = 0; i < count; i++) events.write('limit-hit', { limit: 'rate' })
      events.write('insecure-setting', { setting: 'another event' })
      expect(recorded().lines).toHaveLength(Math.min(20, count) + 1)
      clock.advance(1000)
      const summary = recorded().lines.slice(Math.min(20, count) + 1)
      expect(summary).toEqual(
        count <= 20 ? [] : [expect.objectContaining({ event: 'suppressed', of: 'limit-hit', count: count - 20 })],
      )
      events.write('limit-hit', { limit: 'rate' })
      expect(recorded().lines.at(-1)).toMatchObject({ event: 'limit-hit' })
    },
  )

  it('a fault has its place, one line, and is still heard by onFault', async () => {
    const { log, recorded } = recorder()
    const faults: unknown[] = []
    await using api = await serve({ log, onFault: (error) => void faults.push(error) })
    api.hydrant.on('/chat/{room}', () => {
      throw new Error('broken\nhandler with Bearer abc')
    })
    const socket = await openSocket(`${api.wsUrl}/chat/a`)
    socket.socket.send('{"text":"x"}')
    await socket.next()
    const fault = recorded().lines.find(({ event }) => event === 'fault')
    expect(fault).toMatchObject({
      level: 'error',
      type: 'Error',
      detail: 'broken\\u000ahandler with Bearer [redacted]',
    })
    expect((fault!['stack'] as string[])[0]).toMatch(/^at .*logs\.test/)
    expect(faults).toHaveLength(1)
  })

  it('docs/reference/logs.md is current; if not: npm run reference -w @hydrant/server', () => {
    const path = '../../../../docs/reference/logs.md'
    expect(readFileSync(new URL(path, import.meta.url), 'utf8')).toBe(logsReference())
  })
})
