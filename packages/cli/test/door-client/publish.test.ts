import { describe, expect, it } from 'vitest'
import { DoorPublisher, jsonType } from '../../src/door-client/publish.ts'
import { answerProblem, bodyOf, fakeServer, freePort } from '../fake-server.ts'

const json = (body: string): { body: string; contentType: string } => ({ body, contentType: jsonType })

describe('a publisher', () => {
  it('sends one message as it is and gives its position', async () => {
    const seen: unknown[] = []
    await using server = await fakeServer(async (request, response) => {
      const { 'content-type': type, 'hydrant-message': name, 'idempotency-key': key } = request.headers
      seen.push({ method: request.method, url: request.url, type, name, key, body: await bodyOf(request) })
      response.writeHead(201).end('{"position":"e:1"}')
    })
    using publisher = new DoorPublisher(server.url, { name: 'trade' })
    expect(await publisher.publish(server.url, json('{"p": 1.50}'), 'k1')).toEqual({ ok: true, positions: ['e:1'] })
    expect(seen).toEqual([
      { method: 'POST', url: '/prices/AAPL', type: jsonType, name: 'trade', key: 'k1', body: '{"p": 1.50}' },
    ])
  })

  it('sends several messages as one batch of lines', async () => {
    const bodies: string[] = []
    await using server = await fakeServer(async (request, response) => {
      bodies.push(`${request.headers['content-type']} ${await bodyOf(request)}`)
      response.writeHead(201).end('{"position":"e:2","positions":["e:1","e:2"]}')
    })
    using publisher = new DoorPublisher(server.url)
    expect(await publisher.publishAll(server.url, [json('{\n"p":1}'), json('[2]')])).toEqual([
      { ok: true, position: 'e:1' },
      { ok: true, position: 'e:2' },
    ])
    expect(bodies).toEqual(['application/x-ndjson { "p":1}\n[2]\n'])
  })

  it('sends each message of a refused batch alone, in order, so that only the bad ones are refused', async () => {
    const singles: string[] = []
    await using server = await fakeServer(async (request, response) => {
      const body = await bodyOf(request)
      if (body.trim().includes('\n')) {
        answerProblem(response, 422, 'message-invalid')
        return
      }
      singles.push(body.trim())
      if (body.includes('bad'))
        answerProblem(response, 422, 'message-invalid', { detail: '/p: no', errors: [{ pointer: '/p' }] })
      else response.writeHead(201).end(`{"position":"e:${singles.length}"}`)
    })
    using publisher = new DoorPublisher(server.url)
    const outcomes = await publisher.publishAll(server.url, [json('1'), json('["bad"]'), json('3')])
    expect(outcomes).toEqual([
      { ok: true, position: 'e:1' },
      { ok: false, problem: expect.objectContaining({ detail: '/p: no', errors: [{ pointer: '/p' }] }) },
      { ok: true, position: 'e:3' },
    ])
    expect(singles).toEqual(['1', '["bad"]', '3'])
  })

  it('does not try the messages of a batch one by one at an address that is wrong', async () => {
    let requests = 0
    await using server = await fakeServer((_request, response) => {
      requests += 1
      answerProblem(response, 404, 'channel-unknown')
    })
    using publisher = new DoorPublisher(server.url)
    const outcomes = await publisher.publishAll(server.url, [json('1'), json('2')])
    expect(outcomes.map(({ ok }) => ok)).toEqual([false, false])
    expect(requests).toBe(1)
  })

  it('sends a request again whose answer was lost, with the same idempotency key', async () => {
    const keys: unknown[] = []
    await using server = await fakeServer((request, response) => {
      keys.push(request.headers['idempotency-key'])
      if (keys.length === 1) request.socket.destroy()
      else if (keys.length === 2) answerProblem(response, 503, 'unavailable')
      else response.writeHead(201).end('{"position":"e:1"}')
    })
    using publisher = new DoorPublisher(server.url)
    expect(await publisher.publishOne(server.url, json('1'))).toEqual({ ok: true, position: 'e:1' })
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
  })

  it('says that nothing is listening', async () => {
    const url = new URL(`http://127.0.0.1:${await freePort()}/x`)
    using publisher = new DoorPublisher(url)
    await expect(publisher.publishOne(url, json('1'))).rejects.toMatchObject({
      reason: 'unreachable',
      message: `nothing is listening at ${url.origin}; start a server with: hydrant serve FILE`,
    })
  })

  it.each([
    [200, 'text/html', '<p>hello</p>'],
    [404, 'text/html', '<p>not found</p>'],
    [201, 'application/json', '{}'],
  ])('says that who answers %i %s is not Hydrant', async (status, type, body) => {
    await using server = await fakeServer((_request, response) => {
      response.writeHead(status, { 'Content-Type': type }).end(body)
    })
    using publisher = new DoorPublisher(server.url)
    await expect(publisher.publishOne(server.url, json('1'))).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/is not the URL of a Hydrant channel: it answered \d+/),
    })
  })
})
