import { useMemo, type ReactElement } from 'react'
import { link, useQuery } from '../../app/route.ts'
import { download } from '../../app/file-button.tsx'
import { tell } from '../../app/toasts.tsx'
import type { QuarantineGroup } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { useLive } from '../../data/use-live.ts'
import { usePages } from '../../data/use-pages.ts'
import { clock, count, plural } from '../../elements/format.ts'
import { Empty } from '../../elements/panel.tsx'
import { ProblemBox } from '../../elements/problem.tsx'
import { Search } from '../../elements/search.tsx'
import { type Column, Table } from '../../elements/table.tsx'
import { useDebounced } from '../../elements/use-debounced.ts'
import { exportLines } from './export.ts'

const columns: readonly Column<QuarantineGroup>[] = [
  {
    key: 'cause',
    title: 'Cause',
    width: '3.4fr',
    cell: ({ id, cause }) => (
      <a href={link('quarantine', id)} title={cause}>
        {cause}
      </a>
    ),
  },
  { key: 'address', title: 'Channel', width: '1.5fr', cell: ({ address }) => <span className="mono">{address}</span> },
  {
    key: 'message',
    title: 'Message',
    width: '110px',
    cell: ({ message, code }) => message ?? <span className="muted">{code}</span>,
  },
  { key: 'count', title: 'Happened', width: '84px', end: true, cell: (row) => count(row.count) },
  { key: 'kept', title: 'Kept', width: '72px', end: true, cell: ({ kept }) => count(kept) },
  {
    key: 'senders',
    title: 'From',
    width: '110px',
    cell: ({ senders, doors }) => (
      <span
        className="muted"
        title={Object.entries(doors)
          .map(([door, times]) => `${door}: ${count(times)}`)
          .join(', ')}
      >
        {senders.join(', ')}
      </span>
    ),
  },
  { key: 'firstAt', title: 'First', width: '80px', end: true, cell: ({ firstAt }) => clock(firstAt) },
  { key: 'lastAt', title: 'Last', width: '80px', end: true, cell: ({ lastAt }) => clock(lastAt) },
]

/** Refused messages, one row for each cause. */
export function Quarantine(): ReactElement {
  const admin = useAdmin()
  const [search, setSearch] = useQuery('search')
  const wanted = useDebounced(search)
  const { items, total, error, hasMore, more } = usePages<QuarantineGroup>(
    'quarantine',
    useMemo(() => ({ search: wanted }), [wanted]),
    { everyMs: 3_000 },
  )
  const live = useLive<{ readonly items: readonly QuarantineGroup[]; readonly total: number }>('/quarantine')
  // Live, the newest causes come as they happen; a search, and what is older, comes in pages.
  const rows = wanted === '' && live !== undefined && live.total <= live.items.length ? live.items : items
  const save = async (): Promise<void> => {
    try {
      download('quarantine.jsonl', 'application/x-ndjson', await exportLines(admin))
    } catch (thrown) {
      tell((thrown as Error).message, { bad: true })
    }
  }
  return (
    <>
      <div className="view-head">
        <h1>Quarantine</h1>
        <Search label="Search causes" placeholder="Cause, channel or message" value={search} onChange={setSearch} />
        <span className="spread" />
        <span className="muted" role="status">
          {total === undefined ? '' : plural(wanted === '' ? (live?.total ?? total) : total, 'cause')}
        </span>
        <button type="button" className="button" disabled={rows.length === 0} onClick={() => void save()}>
          Export all
        </button>
      </div>
      {error !== undefined && rows.length === 0 ? <ProblemBox error={error} /> : null}
      <Table
        label="Causes"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        href={({ id }) => link('quarantine', id)}
        minWidth={1000}
        {...(hasMore ? { onEnd: more } : {})}
        empty={
          total === undefined ? (
            'Loading …'
          ) : wanted === '' ? (
            <Empty title="Nothing is in quarantine.">
              A message that does not fit the contract is refused, and kept here with its errors. Repair it, and replay
              it into its channel.
            </Empty>
          ) : (
            <Empty title="No cause matches." />
          )
        }
      />
    </>
  )
}
