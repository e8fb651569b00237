import { useState, type ReactElement } from 'react'
import { pathOf } from '../../data/admin.ts'
import type { TraceFrame } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { bytes, clock } from '../../elements/format.ts'
import { Empty } from '../../elements/panel.tsx'
import { StreamTools } from '../../elements/stream-tools.tsx'
import { type Column, Table } from '../../elements/table.tsx'
import { type Numbered, useStream } from '../../elements/use-stream.ts'

type Row = Numbered<TraceFrame>

const columns: readonly Column<Row>[] = [
  {
    key: 'time',
    title: 'Time',
    width: '110px',
    cell: ({ event }) => <time className="mono">{clock(event.time, { millis: true })}</time>,
  },
  {
    key: 'direction',
    title: 'Direction',
    width: '84px',
    cell: ({ event }) => (
      <span className={event.direction === 'in' ? 'badge accent' : 'badge'}>
        {event.direction === 'in' ? '← in' : '→ out'}
      </span>
    ),
  },
  { key: 'kind', title: 'Kind', width: '76px', cell: ({ event }) => event.kind },
  { key: 'bytes', title: 'Size', width: '80px', end: true, cell: ({ event }) => bytes(event.bytes) },
  {
    key: 'preview',
    title: 'Content',
    width: '4fr',
    cell: ({ event }) => (
      <span className="mono">
        {event.preview}
        {event.cut ? '…' : ''}
      </span>
    ),
  },
]

/** Every frame of one connection as it goes by. */
export function Trace({ id }: { readonly id: string }): ReactElement {
  const { kind } = useAdmin()
  const stream = useStream<TraceFrame>(kind === 'snapshot' ? undefined : `${pathOf('connections', id)}/trace`, {})
  const [search, setSearch] = useState('')
  const rows = stream.events.filter(
    ({ name, event }) => name === 'frame' && (search === '' || event.preview.includes(search)),
  )
  if (kind === 'snapshot') return <Empty title="A snapshot holds no frames." />
  return (
    <>
      <div className="row toolbar">
        <input
          type="search"
          aria-label="Frames that contain"
          placeholder="Contains"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <StreamTools stream={stream} what="frames" />
      </div>
      <Table
        label="Frames"
        columns={columns}
        rows={rows}
        rowKey={({ number }) => String(number)}
        minWidth={720}
        empty={
          <Empty title="Nothing went over it yet.">
            Frames appear here as they are sent and received. Their content is cut at 1 KiB.
          </Empty>
        }
      />
    </>
  )
}
