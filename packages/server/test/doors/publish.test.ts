import { request as httpRequest } from 'node:http'
import { describe, expect, it } from 'vitest'
import { dataOf, getJson, post, postJson, serve } from '../api.ts'

const MAX = 65_536

/** A JSON text of exactly this many bytes that is valid on `/short`. */
function jsonOf(bytes: number): string {
  return JSON.stringify('x'.repeat(bytes - 2))
}

describe('POST to a channel', () => {
  it('publishes one message and answers its position', async () => {
    await using api = await serve()
    const response = await post(`${api.url}/prices/AAPL`, { price: 1 })
    expect(response.status).toBe(201)
    const { position } = (await response.json()) as { position: string }
    expect((await getJson(`${api.url}/prices/AAPL`)).position).toBe(position)
  })

  it('takes what `curl -d` sends, which names every body a form', async () => {
    await using api = await serve()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post(`${api.url}/prices/AAPL`, '{"price":1}', form)).status).toBe(201)
  })

  it('publishes a JSON array as a batch, in order', async () => {
    await using api = await serve()
    const answer = await postJson(`${api.url}/prices/AAPL`, [{ price: 1 }, { price: 2 }, { price: 3 }])
    expect(answer['positions']).toHaveLength(3)
    expect((answer['positions'] as string[])[2]).toBe(answer.position)
    expect(dataOf(await getJson(`${api.url}/prices/AAPL`))).toEqual([{ price: 1 }, { price: 2 }, { price: 3 }])
  })

  it('publishes nothing of a batch with one bad message, and says which', async () => {
    await using api = await serve()
    const response = await post(`${api.url}/prices/AAPL`, [{ price: 1 }, { price: 2 }, { price: '12' }])
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({
      errors: [{ pointer: '/2/price', got: expect.stringContaining('12') }],
    })
    expect(dataOf(await getJson(`${api.url}/prices/AAPL`))).toEqual([])
  })

  it('takes an array as one message where the messages are arrays, and a batch of them as JSON lines', async () => {
    await using api = await serve()
    await postJson(`${api.url}/rows`, [1, 2])
    const lines = await post(`${api.url}/rows`, '[3]\n[4,5]\n', { 'content-type': 'application/x-ndjson' })
    expect(lines.status).toBe(201)
    expect(dataOf(await getJson(`${api.url}/rows`))).toEqual([[1, 2], [3], [4, 5]])
  })

  it('takes 1,000 messages in a batch and refuses 1,001', async () => {
    await using api = await serve()
    const batch = Array.from({ length: 1000 }, (_, price) => ({ price }))
    expect((await post(`${api.url}/prices/AAPL`, batch)).status).toBe(201)
    const refused = await post(`${api.url}/prices/MSFT`, [...batch, { price: 0 }])
    expect(refused.status).toBe(413)
    expect(dataOf(await getJson(`${api.url}/prices/MSFT`))).toEqual([])
  })

  it('refuses an empty batch', async () => {
    await using api = await serve()
    expect((await post(`${api.url}/prices/AAPL`, [])).status).toBe(400)
  })

  it('says pointer, expected and got of what does not fit', async () => {
    await using api = await serve()
    const response = await post(`${api.url}/prices/AAPL`, { price: '12' })
    expect(response.status).toBe(422)
    expect(await response.json()).toEqual({
      type: 'urn:hydrant:message-invalid',
      title: 'The message matches no schema of this channel',
      status: 422,
      detail: expect.stringContaining('/price: expected number'),
      instance: '/prices/AAPL',
      code: 'message-invalid',
      message: 'trade',
      errors: [expect.objectContaining({ pointer: '/price', expected: 'number', got: '"12" (string)' })],
    })
  })

  it.each(['{"price":', '', 'nope', '{"price":1}}'])('refuses %j as not JSON', async (body) => {
    await using api = await serve()
    const response = await post(`${api.url}/prices/AAPL`, body)
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ code: 'malformed-json' })])
  })

  it('keeps numbers that JavaScript would round', async () => {
    await using api = await serve()
    const body = '{"connectionID": 17843232920108168701, "tiny": 1e-400, "one": 1.0}'
    await post(`${api.url}/short`, body)
    await post(`${api.url}/short`, `[${body}]`)
    const text = await (await fetch(`${api.url}/short`)).text()
    expect(text.match(/"connectionID":17843232920108168701,"tiny":1e-400/g)).toHaveLength(2)
  })

  it('[C14] refuses JSON that is nested too deep: 64 levels pass, 65 do not, 100,000 do not hurt', async () => {
    await using api = await serve()
    const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
    const inObject = (levels: number): string => `{"a":${nested(levels - 1)}}`
    expect((await post(`${api.url}/short`, inObject(64))).status).toBe(201)
    expect((await post(`${api.url}/short`, inObject(65))).status).toBe(422)
    expect((await post(`${api.url}/short`, nested(100_000))).status).toBe(422)
  })

  it('[C14] __proto__ and constructor are data', async () => {
    await using api = await serve()
    await post(`${api.url}/short`, '{"__proto__":{"polluted":true},"constructor":1}')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(await (await fetch(`${api.url}/short`)).text()).toContain('{"__proto__":{"polluted":true},"constructor":1}')
  })

  it('[C18] takes a message of exactly the limit, and refuses one byte more with 413, announced or chunked', async () => {
    await using api = await serve()
    expect((await post(`${api.url}/short`, jsonOf(MAX - 1))).status).toBe(201)
    expect((await post(`${api.url}/short`, jsonOf(MAX))).status).toBe(201)
    expect((await post(`${api.url}/short`, jsonOf(MAX + 1))).status).toBe(413)
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const sent = httpRequest(`${api.url}/short`, { method: 'POST', headers: { 'content-type': 'application/json' } })
      sent.on('response', (response) => resolve(response.resume().statusCode))
      sent.on('error', reject)
      sent.write(jsonOf(MAX + 1))
      sent.end()
    })
    expect(chunked).toBe(413)
    expect(dataOf(await getJson(`${api.url}/short`))).toHaveLength(2)
  })

  it('[C18] a body that never ends over the limit is answered and ended', async () => {
    await using api = await serve()
    const answer = await new Promise<string>((resolve) => {
      const sent = httpRequest(`${api.url}/short`, { method: 'POST', headers: { 'content-type': 'application/json' } })
      sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
      sent.on('response', (response) => resolve(String(response.statusCode)))
      const more = (): void => {
        while (sent.write('x'.repeat(65_536)));
        sent.once('drain', more)
      }
      more()
    })
    expect(['413', 'ECONNRESET', 'EPIPE']).toContain(answer)
    expect((await fetch(`${api.url}/-/live`)).status).toBe(200)
  })

  it('[C18] refuses a content type that no message has with 415', async () => {
    await using api = await serve()
    for (const [path, type] of [
      ['/prices/AAPL', 'text/plain'],
      ['/prices/AAPL', 'application/octet-stream'],
      ['/words', 'application/json'],
    ]) {
      const response = await post(`${api.url}${path}`, '{"price":1}', { 'content-type': type! })
      expect([response.status, await response.json()]).toEqual([
        415,
        expect.objectContaining({ code: 'unsupported-media-type' }),
      ])
    }
  })

  it('takes text and bytes as they are', async () => {
    await using api = await serve()
    expect((await post(`${api.url}/words`, 'hello', { 'content-type': 'text/plain' })).status).toBe(201)
    expect((await post(`${api.url}/blobs`, new Uint8Array([1, 2]), { 'content-type': 'image/png' })).status).toBe(201)
    const notText = await post(`${api.url}/words`, new Uint8Array([0xff, 0xfe]), { 'content-type': 'text/plain' })
    expect(notText.status).toBe(400)
  })

  it('needs a key in the value of a state channel', async () => {
    await using api = await serve()
    expect((await post(`${api.url}/quotes`, { symbol: 'A', bid: 1 })).status).toBe(201)
    expect((await post(`${api.url}/quotes`, { bid: 1 })).status).toBe(422)
  })

  it('names the message by Hydrant-Message', async () => {
    await using api = await serve()
    const named = await post(`${api.url}/commands`, { done: true }, { 'hydrant-message': 'done' })
    expect(named.status).toBe(201)
    const wrong = await post(`${api.url}/commands`, { done: true }, { 'hydrant-message': 'command' })
    expect(wrong.status).toBe(422)
  })

  it('answers other methods with 405 and Allow', async () => {
    await using api = await serve()
    const response = await fetch(`${api.url}/prices/AAPL`, { method: 'DELETE' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST, OPTIONS'])
    const options = await fetch(`${api.url}/prices/AAPL`, { method: 'OPTIONS' })
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS'])
  })

  it('[A07] __proto__ and constructor are no channels', async () => {
    await using api = await serve()
    for (const path of ['/__proto__', '/constructor', '/hasOwnProperty', '/prices/__proto__', '/prices/constructor']) {
      expect((await post(`${api.url}${path}`, {})).status).toBe(404)
    }
  })
})

describe('Idempotency-Key', () => {
  it('publishes once and answers the first position again', async () => {
    await using api = await serve()
    const key = { 'idempotency-key': 'order-1' }
    const first = await postJson(`${api.url}/prices/AAPL`, { price: 1 }, key)
    const again = await postJson(`${api.url}/prices/AAPL`, { price: 1 }, key)
    expect(again).toEqual(first)
    expect(dataOf(await getJson(`${api.url}/prices/AAPL`))).toEqual([{ price: 1 }])
  })

  it('[C18] twice at once is one result', async () => {
    await using api = await serve()
    const key = { 'idempotency-key': 'order-1' }
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => postJson(`${api.url}/prices/AAPL`, { price: 1 }, key)),
    )
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1)
    expect(dataOf(await getJson(`${api.url}/prices/AAPL`))).toHaveLength(1)
  })

  it('with another message is 422', async () => {
    await using api = await serve()
    const key = { 'idempotency-key': 'order-1' }
    await postJson(`${api.url}/prices/AAPL`, { price: 1 }, key)
    const response = await post(`${api.url}/prices/AAPL`, { price: 2 }, key)
    expect([response.status, await response.json()]).toEqual([
      422,
      expect.objectContaining({ code: 'idempotency-key-reused' }),
    ])
  })

  it('may have 255 characters, not 256, and not none', async () => {
    await using api = await serve()
    const status = async (key: string): Promise<number> =>
      (await post(`${api.url}/prices/AAPL`, { price: 1 }, { 'idempotency-key': key })).status
    expect([await status('k'.repeat(254)), await status('k'.repeat(255)), await status('k'.repeat(256))]).toEqual([
      201, 201, 400,
    ])
    expect(await status('')).toBe(400)
  })
})

describe('CloudEvents', () => {
  const attributes = { specversion: '1.0', id: '1', source: '/desk', type: 'trade' }

  it('structured', async () => {
    await using api = await serve()
    const event = { ...attributes, datacontenttype: 'application/json', data: { price: 3, id: 7 } }
    const response = await post(`${api.url}/prices/AAPL`, event, { 'content-type': 'application/cloudevents+json' })
    expect(response.status).toBe(201)
    expect((await getJson(`${api.url}/prices/AAPL`)).messages[0]).toMatchObject({
      name: 'trade',
      data: { price: 3, id: 7 },
    })
  })

  it('binary', async () => {
    await using api = await serve()
    const headers = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/desk', 'ce-type': 'com.example.trade' }
    expect((await post(`${api.url}/prices/AAPL`, { price: 3 }, headers)).status).toBe(201)
    expect(dataOf(await getJson(`${api.url}/prices/AAPL`))).toEqual([{ price: 3 }])
  })

  it('batch, whole or not at all', async () => {
    await using api = await serve()
    const type = { 'content-type': 'application/cloudevents-batch+json' }
    const events = [1, 2].map((price) => ({ ...attributes, data: { price } }))
    expect((await post(`${api.url}/prices/AAPL`, events, type)).status).toBe(201)
    const bad = await post(`${api.url}/prices/AAPL`, [...events, { ...attributes, data: { price: 'x' } }], type)
    expect(bad.status).toBe(422)
    expect(dataOf(await getJson(`${api.url}/prices/AAPL`))).toEqual([{ price: 1 }, { price: 2 }])
  })

  it('with data_base64 for bytes', async () => {
    await using api = await serve()
    const event = { ...attributes, type: 'blob', datacontenttype: 'application/octet-stream', data_base64: 'AP8K' }
    const response = await post(`${api.url}/blobs`, event, { 'content-type': 'application/cloudevents+json' })
    expect(response.status).toBe(201)
    expect(dataOf(await getJson(`${api.url}/blobs`))).toEqual(['AP8K'])
  })

  it.each([
    [{ ...attributes, id: undefined }, '/id'],
    [{ ...attributes, specversion: '0.3' }, '/specversion'],
    [{ ...attributes, datacontenttype: 5 }, '/datacontenttype'],
    [{ ...attributes, data_base64: '%%%' }, '/data_base64'],
    [[], ''],
  ])('that are none are refused with the place: %j', async (event, pointer) => {
    await using api = await serve()
    const response = await post(`${api.url}/prices/AAPL`, event, { 'content-type': 'application/cloudevents+json' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ pointer }] })
  })
})
