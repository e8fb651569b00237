import { describe, expect, it } from 'vitest'
import { createBackoff } from '../../src/door-client/backoff.ts'
import { follow } from '../../src/door-client/follow.ts'
import type { FollowEvent } from '../../src/door-client/follow.ts'
import { openSse } from '../../src/door-client/sse.ts'
import { answerProblem, fakeServer, freePort } from '../fake-server.ts'

const eventStream = { 'Content-Type': 'text/event-stream' }

async function followed(url: URL, count: number, since?: string): Promise<FollowEvent[]> {
  const stop = new AbortController()
  const seen: FollowEvent[] = []
  for await (const event of follow(url, { open: openSse, since, maxWaitMs: 1, signal: stop.signal })) {
    seen.push(event)
    if (seen.length === count) stop.abort()
  }
  return seen
}

const message = (position: string, dataJson: string, name = 'trade'): FollowEvent => ({
  kind: 'message',
  message: { position, name, dataJson },
})
const reconnecting = expect.objectContaining({ kind: 'reconnecting' })

/** One event as the door sends it with `?envelope=true`. */
const event = (position: string, data: string): string =>
  `id: ${position}\nevent: trade\ndata: {"position":"${position}","name":"trade","data":${data}}\n\n`

describe('following over Server-Sent Events', () => {
  it('resumes after the last message whenever the connection is lost', async () => {
    const resumedFrom: unknown[] = []
    await using server = await fakeServer((request, response) => {
      resumedFrom.push(request.headers['last-event-id'])
      response.writeHead(200, { ...eventStream, 'Hydrant-Position': 'e:0' })
      const n = resumedFrom.length
      // The first connection breaks before any message, the second in the middle of one.
      if (n === 1) response.write(': hello\n\n', () => request.socket.destroy())
      else if (n === 2)
        response.write(event('e:1', '1') + event('e:2', '2').slice(0, -1), () => request.socket.destroy())
      else response.write(event('e:2', '2'))
    })
    const seen = await followed(server.url, 4)
    expect(seen).toEqual([reconnecting, message('e:1', '1'), reconnecting, message('e:2', '2')])
    expect(resumedFrom).toEqual([undefined, 'e:0', 'e:1'])
  })

  it('tells a gap, and resumes after what it lost', async () => {
    const resumedFrom: unknown[] = []
    await using server = await fakeServer((request, response) => {
      resumedFrom.push(request.headers['last-event-id'])
      response.writeHead(200, eventStream)
      response.write(
        'event: hydrant.gap\ndata: {"type":"urn:hydrant:gap","from":"e:1","to":"e:9","missed":8,"reason":"slow-consumer"}\n\n',
        () => request.socket.destroy(),
      )
    })
    const seen = await followed(server.url, 3, 'e:1')
    expect(seen[0]).toEqual({ kind: 'gap', gap: { from: 'e:1', to: 'e:9', missed: 8, reason: 'slow-consumer' } })
    expect(resumedFrom.slice(0, 2)).toEqual(['e:1', 'e:9'])
  })

  it('shows text, binary and odd messages as JSON on one line', async () => {
    await using server = await fakeServer((_request, response) => {
      response.writeHead(200, eventStream)
      response.write(
        'data: {"position":"e:1","name":"note","data":"hello\\nworld"}\n\n' +
          'data: {"position":"e:2","name":"blob","data":"AAEC","encoding":"base64"}\n\n' +
          'data: {"position":"e:3","name":"t","data":{"p":1.50}}\n\n',
      )
      response.write(
        'event: hydrant.error\ndata: {"type":"urn:hydrant:internal","title":"Oops","status":500,"code":"internal"}\n\n',
      )
    })
    const seen = await followed(server.url, 4)
    expect(seen.slice(0, 3)).toMatchObject([
      { message: { name: 'note', dataJson: '"hello\\nworld"' } },
      { message: { name: 'blob', dataJson: '"AAEC"', encoding: 'base64' } },
      { message: { name: 't', dataJson: '{"p":1.50}' } },
    ])
    expect(seen[3]).toMatchObject({ kind: 'problem', problem: { code: 'internal', status: 500 } })
  })

  it('knocks again at a server that is starting, also at first', async () => {
    let requests = 0
    await using server = await fakeServer((_request, response) => {
      requests += 1
      if (requests === 1) answerProblem(response, 503, 'unavailable')
      else response.writeHead(200, eventStream).write(event('e:1', '1'))
    })
    expect(await followed(server.url, 2)).toEqual([reconnecting, message('e:1', '1')])
  })

  it('gives up with the reason when the server says no', async () => {
    await using server = await fakeServer((_request, response) => {
      answerProblem(response, 404, 'channel-unknown', { detail: 'no channel /nosuch' })
    })
    await expect(followed(server.url, 1)).rejects.toMatchObject({
      reason: 'refused',
      message: '404 channel-unknown: no channel /nosuch',
    })
  })

  it('gives up where nothing listens at first', async () => {
    const url = new URL(`http://127.0.0.1:${await freePort()}/x`)
    await expect(followed(url, 1)).rejects.toMatchObject({ reason: 'unreachable' })
  })

  it('gives up where a page answers', async () => {
    await using server = await fakeServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>hello</p>')
    })
    await expect(followed(server.url, 1)).rejects.toThrow(
      'is not the URL of a Hydrant channel: it answered 200 text/html',
    )
  })
})

describe('the wait before connecting again', () => {
  it('grows 1.6 times from 5 s to the longest wait, with full jitter', () => {
    const backoff = createBackoff(30_000, () => 1)
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next(undefined))).toEqual([5000, 8000, 12_800, 20_480, 30_000, 30_000])
    expect(createBackoff(30_000, () => 0).next(undefined)).toBe(0)
  })

  it('is what the server asks for, up to the longest wait', () => {
    const backoff = createBackoff(30_000, () => 1)
    expect(backoff.next(250)).toBe(250)
    expect(backoff.next(3_600_000)).toBe(30_000)
  })

  it('starts short again after 60 s of health', () => {
    const backoff = createBackoff(30_000, () => 1)
    backoff.next(undefined)
    backoff.lasted(59_999)
    expect(backoff.next(undefined)).toBe(8000)
    backoff.lasted(60_000)
    expect(backoff.next(undefined)).toBe(5000)
  })
})
