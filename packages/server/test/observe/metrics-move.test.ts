import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { METRICS } from '../../src/observe/metrics/metrics-table.ts'
import type { Service } from '../../src/service.ts'
import { post } from '../api.ts'
import { ConnectClient } from '../connect/connect-client.ts'
import { openEventStream } from '../event-stream-client.ts'
import { openSocket } from '../socket-client.ts'
import { doorsOf, serviceOf } from './service.ts'

/** Timers that are due have run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(() => setImmediate(resolve)))
}

/** Name and labels of a series, as in the text. */
type Series = Readonly<Record<string, number>>

describe('every metric moves when what it counts happens', () => {
  let service: Service
  let doors: Awaited<ReturnType<typeof doorsOf>>
  const moved = new Set<string>()
  beforeAll(async () => {
    service = serviceOf({ insecureNoAuthentication: true, limits: { maxOutboxBytes: 1 << 26 } })
    doors = await doorsOf(service)
  })
  afterAll(() => doors[Symbol.asyncDispose]())

  const read = async (): Promise<Series> => {
    const { body } = await service.metrics.text()
    const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    return Object.fromEntries(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
    )
  }

  /** What `act` changes: exactly so much, or at all where it says `more`. It waits for what is counted after the answer. */
  const expectMoves = async (
    act: () => unknown,
    expected: Readonly<Record<string, number | 'more'>>,
  ): Promise<void> => {
    const before = await read()
    await act()
    await expect
      .poll(async () => {
        const after = await read()
        return Object.fromEntries(
          Object.entries(expected).map(([series, wanted]) => {
            const by = (after[series] ?? 0) - (before[series] ?? 0)
            return [series, wanted === 'more' && by > 0 ? 'more' : by]
          }),
        )
      })
      .toEqual(expected)
    for (const series of Object.keys(expected)) moved.add(series.replace(/(?:_count)?(?:\{.*)?$/, ''))
  }

  it('a socket that opens, is written to, and goes', async () => {
    let socket: Awaited<ReturnType<typeof openSocket>>
    await expectMoves(async () => (socket = await openSocket(`${doors.wsUrl}/chat/a`)), {
      'hydrant_handshakes_total{door="websocket",outcome="accepted"}': 1,
      'hydrant_connections{door="websocket"}': 1,
      'hydrant_subscriptions{channel="/chat/{room}",door="websocket"}': 1,
      hydrant_channels_open: 1,
    })
    await expectMoves(
      async () => {
        await post(`${doors.url}/chat/a`, { text: 'hello' })
        await socket.next()
      },
      {
        'hydrant_http_requests_total{door="http",method="POST",status="2xx"}': 1,
        'hydrant_http_request_duration_seconds_count{door="http"}': 1,
        'hydrant_messages_published_total{channel="/chat/{room}",door="http"}': 1,
        'hydrant_messages_published_bytes_total{channel="/chat/{room}",door="http"}': 16,
        'hydrant_messages_delivered_total{channel="/chat/{room}",door="websocket"}': 1,
        'hydrant_messages_delivered_bytes_total{channel="/chat/{room}",door="websocket"}': 18,
        'hydrant_connection_sent_bytes_total{door="websocket"}': 18,
        'hydrant_validation_duration_seconds_count{channel="/chat/{room}"}': 1,
        'hydrant_append_duration_seconds_count{channel="/chat/{room}"}': 1,
        'hydrant_delivery_duration_seconds_count{channel="/chat/{room}"}': 1,
        'hydrant_messages_delivered_total{channel="/chat/{room}",door="socket"}': 0,
      },
    )
    await expectMoves(() => socket.socket.send('{"text":"x"}'), {
      // A mask is four bytes, and the header two.
      'hydrant_connection_received_bytes_total{door="websocket"}': 18,
      'hydrant_messages_published_total{channel="/chat/{room}",door="websocket"}': 1,
    })
    await expectMoves(() => socket.socket.close(), {
      'hydrant_connections{door="websocket"}': -1,
      'hydrant_connections_ended_total{door="websocket",ending="peer-closed"}': 1,
      'hydrant_subscriptions{channel="/chat/{room}",door="websocket"}': -1,
      hydrant_channels_open: -1,
    })
  })

  it('a message that does not fit', async () => {
    await expectMoves(() => post(`${doors.url}/prices/AAPL`, { price: 'x' }), {
      'hydrant_messages_refused_total{channel="/prices/{symbol}",door="http",code="message-invalid"}': 1,
      'hydrant_validation_duration_seconds_count{channel="/prices/{symbol}"}': 1,
      'hydrant_http_requests_total{door="http",method="POST",status="4xx"}': 1,
      hydrant_quarantine_messages: 1,
      hydrant_quarantine_bytes: 'more',
    })
  })

  it('callers and requests that are turned away', async () => {
    const headers = { origin: 'https://evil.example' }
    await expectMoves(() => openSocket(`${doors.wsUrl}/chat/a`, { headers }).catch(() => {}), {
      'hydrant_handshakes_total{door="websocket",outcome="forbidden-origin"}': 1,
      'hydrant_auth_denials_total{reason="forbidden-origin"}': 1,
    })
    await expectMoves(() => fetch(`${doors.url}/${'x'.repeat(300)}`), {
      'hydrant_limit_hits_total{limit="address-length"}': 1,
      'hydrant_http_requests_total{door="http",method="GET",status="4xx"}': 1,
    })
    await expectMoves(() => fetch(`${doors.url}/-/live`), {
      'hydrant_http_requests_total{door="meta",method="GET",status="2xx"}': 1,
      'hydrant_http_request_duration_seconds_count{door="meta"}': 1,
    })
  })

  it('readers that come back: with everything, and with a gap', async () => {
    const publish = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await post(`${doors.url}/short`, String(i))
    }
    await publish(1)
    using first = await openSocket(`${doors.wsUrl}/short`)
    await publish(2)
    await expectMoves(
      async () => {
        using back = await openSocket(`${doors.wsUrl}/short?since=${first.position!}`)
        await back.next()
      },
      { 'hydrant_resumes_total{channel="/short",door="websocket",outcome="recovered"}': 1 },
    )
    await publish(5)
    await expectMoves(
      async () => {
        // Three of the seven are still there.
        const back = await openEventStream(`${doors.url}/short`, { 'last-event-id': first.position! })
        await back.next()
        back[Symbol.dispose]()
      },
      {
        'hydrant_handshakes_total{door="sse",outcome="accepted"}': 1,
        'hydrant_resumes_total{channel="/short",door="sse",outcome="gap"}': 1,
        'hydrant_gaps_total{channel="/short",door="sse",reason="history-trimmed"}': 1,
        'hydrant_messages_dropped_total{channel="/short",door="sse"}': 4,
        'hydrant_http_requests_total{door="sse",method="GET",status="2xx"}': 1,
      },
    )
  })

  it('values that newer ones took the place of', async () => {
    using client = await ConnectClient.open(doors.wsUrl)
    await client.subscribe('/quotes', { rate: 1, conflate: 'symbol' })
    await expectMoves(
      async () => {
        for (let bid = 0; bid < 5; bid++) await post(`${doors.url}/quotes`, { symbol: 'AAPL', bid })
      },
      { 'hydrant_messages_conflated_total{channel="/quotes",door="socket"}': 'more' },
    )
  })

  it('a peer that does not read', async () => {
    using socket = await openSocket(`${doors.wsUrl}/words`)
    socket.socket.pause()
    const word = Buffer.from('w'.repeat(60_000))
    await expectMoves(
      async () => {
        for (let i = 0; i < 200; i++) {
          await post(`${doors.url}/words`, word, { 'content-type': 'text/plain' })
        }
      },
      { hydrant_connection_queue_bytes: 'more', hydrant_connection_queue_max_bytes: 'more' },
    )
  })

  it('the event loop and the memory of the process', async () => {
    // What is measured begins with the last time it was asked for.
    await expect
      .poll(async () => {
        const until = performance.now() + 60
        while (performance.now() < until);
        await turn()
        return (await read())['nodejs_eventloop_lag_max_seconds']
      })
      .toBeGreaterThan(0.04)
    const series = await read()
    expect(series['process_resident_memory_bytes']).toBeGreaterThan(1e7)
    expect(series['nodejs_heap_size_used_bytes']).toBeGreaterThan(1e6)
  })

  it('none is left out', () => {
    const still = METRICS.map(({ name }) => name).filter((name) => !moved.has(name))
    // What they say does not change while a server runs.
    expect(still).toEqual(['hydrant_info', 'hydrant_insecure_settings'])
  })
})
