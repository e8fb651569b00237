import { useMemo, useState, type ReactElement } from 'react'
import type { ChannelDetails, HistoryPage, QuarantinedMessage, TailMessage } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { useResource } from '../../data/use-resource.ts'
import { Empty } from '../../elements/panel.tsx'
import { StreamTools } from '../../elements/stream-tools.tsx'
import { useDebounced } from '../../elements/use-debounced.ts'
import { type Numbered, useStream } from '../../elements/use-stream.ts'
import { type MessageRow, MessageRows } from './message-rows.tsx'

type TailEvent = TailMessage | QuarantinedMessage

/** What was there before the tail began. */
const BEFORE = 20

/** Messages as they come: of one address, or of a template's every address. */
export function Tail({
  channel,
  address,
}: {
  readonly channel: ChannelDetails
  readonly address: string | undefined
}): ReactElement {
  const { kind } = useAdmin()
  const [search, setSearch] = useState('')
  const [message, setMessage] = useState('')
  const [withRefused, setWithRefused] = useState(true)
  const wanted = useDebounced(search, 300)
  const query = useMemo(
    () => ({
      ...(address === undefined ? { channel: channel.id } : { address }),
      search: wanted,
      message,
      quarantined: withRefused,
    }),
    [address, channel.id, wanted, message, withRefused],
  )
  const stream = useStream<TailEvent>(kind === 'snapshot' ? undefined : 'tail', query)
  const before = useResource<HistoryPage>(
    address === undefined || kind === 'snapshot' || wanted !== '' ? undefined : 'history',
    { address, limit: BEFORE },
  )
  const rows = useMemo(() => rowsOf(stream.events, before.data, message), [stream.events, before.data, message])
  if (kind === 'snapshot') return <Empty title="A snapshot has no tail.">It needs the running server.</Empty>
  return (
    <>
      <div className="row wrap toolbar">
        <input
          type="search"
          aria-label="Payloads that contain"
          placeholder="Payload contains"
          maxLength={200}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        {channel.messages.length > 1 ? (
          <select aria-label="Message" value={message} onChange={(event) => setMessage(event.target.value)}>
            <option value="">Every message</option>
            {channel.messages.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        ) : null}
        <label>
          <input type="checkbox" checked={withRefused} onChange={(event) => setWithRefused(event.target.checked)} />
          Refused ones too
        </label>
        <StreamTools stream={stream} what="messages" />
      </div>
      <MessageRows
        label="Messages"
        rows={rows}
        hasAddress={address === undefined}
        empty={
          <Empty title={wanted === '' ? 'No message yet.' : 'No message with that text yet.'}>
            Messages appear here as soon as they are published
            {address === undefined ? ' on any address of this channel' : ''}. The Publish tab sends one.
          </Empty>
        }
      />
    </>
  )
}

/** Newest first: what came live, then what was there before, each once. */
function rowsOf(
  events: readonly Numbered<TailEvent>[],
  before: HistoryPage | undefined,
  message: string,
): readonly MessageRow[] {
  const rows: MessageRow[] = []
  const seen = new Set<string>()
  for (const { number, name, event } of events) {
    if ('position' in event) seen.add(event.position)
    if (name === 'message') rows.push({ key: String(number), message: event as TailMessage })
    else if (name === 'invalid') {
      const { errors, ...refused } = event as QuarantinedMessage
      rows.push({ key: String(number), message: { ...refused, name: refused.name ?? '' }, errors })
    }
  }
  const { items = [], address, channel } = before ?? {}
  const older = items.toSorted((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0))
  for (const item of older) {
    if (seen.has(item.position) || (message !== '' && item.name !== message)) continue
    rows.push({ key: item.position, message: { ...item, address: address ?? '', channel: channel ?? '' } })
  }
  return rows
}
