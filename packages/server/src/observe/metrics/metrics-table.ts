import type { ChannelMeter } from '../meters/channel-meter.ts'
import type { Counts } from '../meters/counts.ts'
import { DOORS } from '../door.ts'
import { HTTP_DOORS } from '../meters/http-meter.ts'
import type { Give, Metric } from './metric.ts'

const CHANNEL = { channel: 'address template of the contract, never a concrete address' }
const DOOR = { door: DOORS.join(', ') }
const READER = { ...CHANNEL, ...DOOR }

/** Every metric, in the order in which they are shown. `docs/reference/metrics.md` is written from it. */
export const METRICS: readonly Metric[] = [
  {
    name: 'hydrant_info',
    type: 'gauge',
    help: 'The contract that is served; always 1.',
    labels: { title: '`info.title` of the contract', version: '`info.version`' },
    collect: ({ contract }, give) => give.value(1, { title: contract.info.title, version: contract.info.version }),
  },
  {
    name: 'hydrant_handshakes_total',
    type: 'counter',
    help: 'WebSocket upgrades and event streams that were answered.',
    labels: { ...DOOR, outcome: '`accepted`, or the code of the error' },
    collect: ({ observer }, give) => pairs(observer.handshakes, 'outcome', give),
  },
  {
    name: 'hydrant_http_requests_total',
    type: 'counter',
    help: 'HTTP requests that are over; upgrades are handshakes.',
    labels: {
      door: HTTP_DOORS.join(', '),
      method: 'GET, HEAD, POST, OPTIONS, _OTHER',
      status: 'class of the status, such as `2xx`; `none` when the peer had gone before it was answered',
    },
    collect({ observer }, give) {
      for (const door of HTTP_DOORS) {
        for (const { count, ...labels } of observer.http[door].entries()) give.value(count, { door, ...labels })
      }
    },
  },
  {
    name: 'hydrant_http_request_duration_seconds',
    type: 'histogram',
    help: 'From the request to the end of its answer, without event streams and long polls, which stay open by intention.',
    labels: { door: 'http, meta' },
    collect({ observer }, give) {
      for (const door of ['http', 'meta'] as const) {
        const { duration } = observer.http[door]
        if (duration.count > 0) give.histogram(duration, { door })
      }
    },
  },
  {
    name: 'hydrant_connections',
    type: 'gauge',
    help: 'Transports that are open now.',
    labels: DOOR,
    collect({ observer }, give) {
      const open = new Map<string, number>()
      for (const { door } of observer.connections) open.set(door, (open.get(door) ?? 0) + 1)
      for (const door of ['http', 'sse', 'websocket', 'socket']) give.value(open.get(door) ?? 0, { door })
    },
  },
  {
    name: 'hydrant_connections_ended_total',
    type: 'counter',
    help: 'Transports that ended.',
    labels: { ...DOOR, ending: 'peer-violation, peer-closed, closed-by-us, timed-out, transport-lost, closed' },
    collect: ({ observer }, give) => pairs(observer.endings, 'ending', give),
  },
  {
    name: 'hydrant_connection_received_bytes_total',
    type: 'counter',
    help: 'Bytes that came over sockets, without the handshake and TLS.',
    labels: DOOR,
    collect: ({ observer }, give) => wireBytes(observer, 'bytesIn', give),
  },
  {
    name: 'hydrant_connection_sent_bytes_total',
    type: 'counter',
    help: 'Bytes that were written to sockets and event streams, without the handshake and TLS.',
    labels: DOOR,
    collect: ({ observer }, give) => wireBytes(observer, 'bytesOut', give),
  },
  {
    name: 'hydrant_connection_queue_bytes',
    type: 'gauge',
    help: 'Bytes that wait for peers: the sum over all connections.',
    labels: {},
    collect: ({ observer }, give) => give.value(queueDepths(observer).sum),
  },
  {
    name: 'hydrant_connection_queue_max_bytes',
    type: 'gauge',
    help: 'Bytes that wait for the slowest peer.',
    labels: {},
    collect: ({ observer }, give) => give.value(queueDepths(observer).max),
  },
  {
    name: 'hydrant_subscriptions',
    type: 'gauge',
    help: 'Subscriptions that are open now.',
    labels: READER,
    collect: (source, give) => readers(source.observer.channels, ({ subscriptions }) => subscriptions, give),
  },
  {
    name: 'hydrant_messages_published_total',
    type: 'counter',
    help: 'Messages that passed the contract and are in the log.',
    labels: READER,
    collect: (source, give) => publishers(source.observer.channels, ({ messages }) => messages, give),
  },
  {
    name: 'hydrant_messages_published_bytes_total',
    type: 'counter',
    help: 'Payload bytes of published messages.',
    labels: READER,
    collect: (source, give) => publishers(source.observer.channels, ({ bytes }) => bytes, give),
  },
  {
    name: 'hydrant_messages_refused_total',
    type: 'counter',
    help: 'Messages that were not published.',
    labels: { ...READER, code: 'code of the error' },
    collect({ observer }, give) {
      for (const { template, refused } of observer.channels) pairs(refused, 'code', give, { channel: template })
    },
  },
  {
    name: 'hydrant_messages_delivered_total',
    type: 'counter',
    help: 'Messages that were handed to readers: one for each reader.',
    labels: READER,
    collect: (source, give) => readers(source.observer.channels, ({ messages }) => messages, give),
  },
  {
    name: 'hydrant_messages_delivered_bytes_total',
    type: 'counter',
    help: 'Bytes of the frames, events and pages that messages were handed to readers in.',
    labels: READER,
    collect: (source, give) => readers(source.observer.channels, ({ bytes }) => bytes, give),
  },
  {
    name: 'hydrant_messages_dropped_total',
    type: 'counter',
    help: 'Messages that readers were told they will not get, where the number is known.',
    labels: READER,
    collect: (source, give) => readers(source.observer.channels, ({ dropped }) => dropped, give),
  },
  {
    name: 'hydrant_messages_conflated_total',
    type: 'counter',
    help: 'Messages that a newer one took the place of before they were sent.',
    labels: READER,
    collect: (source, give) => readers(source.observer.channels, ({ conflated }) => conflated, give),
  },
  {
    name: 'hydrant_gaps_total',
    type: 'counter',
    help: 'Gaps that readers were told of.',
    labels: { ...READER, reason: 'history-trimmed, epoch-changed, slow-consumer' },
    collect({ observer }, give) {
      for (const { template, readers: byDoor } of observer.channels) {
        for (const door of DOORS) {
          for (const [reason, count] of Object.entries(byDoor[door].gaps)) {
            if (count > 0) give.value(count, { channel: template, door, reason })
          }
        }
      }
    },
  },
  {
    name: 'hydrant_resumes_total',
    type: 'counter',
    help: 'Readers that came back with a position.',
    labels: { ...READER, outcome: '`recovered`: nothing was lost; `gap`: something was' },
    collect({ observer: { channels } }, give) {
      readers(channels, ({ resumed }) => resumed, give, { outcome: 'recovered' })
      readers(channels, ({ resumedWithGap }) => resumedWithGap, give, { outcome: 'gap' })
    },
  },
  {
    name: 'hydrant_validation_duration_seconds',
    type: 'histogram',
    help: 'How long a message takes to pass the contract, or to be refused by it: parsing, finding the message, checking, normalizing, encoding.',
    labels: CHANNEL,
    collect: (source, give) => histograms(source.observer.channels, 'validation', give),
  },
  {
    name: 'hydrant_append_duration_seconds',
    type: 'histogram',
    help: 'How long an accepted publish takes until the log has it: handlers and broker.',
    labels: CHANNEL,
    collect: (source, give) => histograms(source.observer.channels, 'append', give),
  },
  {
    name: 'hydrant_delivery_duration_seconds',
    type: 'histogram',
    help: 'From the moment the hub hears of a message to the end of the turn of the event loop in which it was written to its live readers; one observation for each reader and batch, so a reader that was served early in the turn is counted with its end.',
    labels: CHANNEL,
    collect: (source, give) => histograms(source.observer.channels, 'delivery', give),
  },
  {
    name: 'hydrant_auth_denials_total',
    type: 'counter',
    help: 'Callers that were turned away for who they are.',
    labels: { reason: 'code of the error' },
    collect: ({ observer }, give) => singles(observer.denials, 'reason', give),
  },
  {
    name: 'hydrant_limit_hits_total',
    type: 'counter',
    help: 'Limits that were hit.',
    labels: { limit: 'name of the setting' },
    collect: ({ observer }, give) => singles(observer.limitHits, 'limit', give),
  },
  {
    name: 'hydrant_insecure_settings',
    type: 'gauge',
    help: 'Settings in force that are only safe on a laptop; 1 for each.',
    labels: { setting: 'name of the setting' },
    collect({ observer }, give) {
      for (const setting of observer.insecureSwitches) give.value(1, { setting })
    },
  },
  {
    name: 'hydrant_quarantine_messages',
    type: 'gauge',
    help: 'Refused messages that are kept.',
    labels: {},
    collect: ({ observer }, give) => give.value(observer.quarantine?.keptCount ?? 0),
  },
  {
    name: 'hydrant_quarantine_bytes',
    type: 'gauge',
    help: 'What the kept messages take, in memory.',
    labels: {},
    collect: ({ observer }, give) => give.value(observer.quarantine?.keptBytes ?? 0),
  },
  {
    name: 'hydrant_channels_open',
    type: 'gauge',
    help: 'Concrete channels that somebody reads now.',
    labels: {},
    collect: ({ hub }, give) => give.value(hub.feedCount),
  },
]

type Observer = Parameters<Metric['collect']>[0]['observer']

function queueDepths({ connections }: Observer): { sum: number; max: number } {
  let sum = 0
  let max = 0
  for (const { queue } of connections) {
    const bytes = queue?.queuedBytes ?? 0
    sum += bytes
    if (bytes > max) max = bytes
  }
  return { sum, max }
}

function wireBytes(observer: Observer, field: 'bytesIn' | 'bytesOut', give: Give): void {
  for (const door of ['sse', 'websocket', 'socket'] as const) {
    let bytes = observer.closedTotals[door][field]
    for (const connection of observer.connections) if (connection.door === door) bytes += connection[field]
    give.value(bytes, { door })
  }
}

/** Counters of `DOOR NAME` pairs. */
function pairs(counts: Counts, label: string, give: Give, labels: Record<string, string> = {}): void {
  for (const [key, count] of counts.entries()) {
    const space = key.indexOf(' ')
    const [door, name] = space < 0 ? ['other', key] : [key.slice(0, space), key.slice(space + 1)]
    give.value(count, { ...labels, door, [label]: name })
  }
}

function singles(counts: Counts, label: string, give: Give): void {
  for (const [name, count] of counts.entries()) give.value(count, { [label]: name })
}

function publishers(
  channels: Iterable<ChannelMeter>,
  read: (flow: ChannelMeter['published']['http']) => number,
  give: Give,
): void {
  for (const { template, published } of channels) {
    for (const door of DOORS) {
      const value = read(published[door])
      if (value !== 0) give.value(value, { channel: template, door })
    }
  }
}

/** Templates and doors that nothing went through have no line, so that a contract of a thousand channels stays readable. */
function readers(
  channels: Iterable<ChannelMeter>,
  read: (reader: ChannelMeter['readers']['http']) => number,
  give: Give,
  labels: Record<string, string> = {},
): void {
  for (const { template, readers: byDoor } of channels) {
    for (const door of DOORS) {
      const value = read(byDoor[door])
      if (value !== 0) give.value(value, { channel: template, door, ...labels })
    }
  }
}

function histograms(channels: Iterable<ChannelMeter>, name: 'validation' | 'append' | 'delivery', give: Give): void {
  for (const meter of channels) {
    if (meter[name].count > 0) give.histogram(meter[name], { channel: meter.template })
  }
}
