import { useEffect, useMemo, useState, type ReactElement } from 'react'
import { useQuery } from '../../app/route.ts'
import type { AuditEntry } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { usePages } from '../../data/use-pages.ts'
import { clock, plural } from '../../elements/format.ts'
import { Empty } from '../../elements/panel.tsx'
import { ProblemBox } from '../../elements/problem.tsx'
import { Search } from '../../elements/search.tsx'
import { type Column, Table } from '../../elements/table.tsx'
import { useDebounced } from '../../elements/use-debounced.ts'

const columns: readonly Column<AuditEntry>[] = [
  { key: 'time', title: 'Time', width: '150px', cell: ({ time }) => <time>{clock(time)}</time> },
  { key: 'actor', title: 'Who', width: '100px', cell: ({ actor }) => actor },
  {
    key: 'remoteAddress',
    title: 'From',
    width: '150px',
    cell: ({ remoteAddress }) => <span className="mono">{remoteAddress}</span>,
  },
  { key: 'action', title: 'What', width: '1fr', cell: ({ action }) => action },
  { key: 'target', title: 'On', width: '1fr', cell: ({ target }) => <span className="mono">{target ?? ''}</span> },
  { key: 'reason', title: 'Reason', width: '1fr', cell: ({ reason }) => reason ?? '' },
  {
    key: 'status',
    title: 'Answer',
    width: '80px',
    cell: ({ status }) => <span className={status >= 400 ? 'badge bad' : 'badge good'}>{status}</span>,
  },
  {
    key: 'details',
    title: 'Details',
    width: '1.4fr',
    cell: ({ details }) =>
      Object.keys(details).length === 0 ? '' : <span className="mono muted">{JSON.stringify(details)}</span>,
  },
]

/** Who changed what and when; new entries come as they are written. */
export function Audit(): ReactElement {
  const admin = useAdmin()
  const [search, setSearch] = useQuery('search')
  const wanted = useDebounced(search)
  const { items, total, error, hasMore, more } = usePages<AuditEntry>(
    'audit',
    useMemo(() => ({ search: wanted }), [wanted]),
    {
      everyMs: 10_000,
    },
  )
  const [come, setCome] = useState<readonly AuditEntry[]>([])
  useEffect(
    () => admin.live<AuditEntry>('/log', (entry) => setCome((before) => [entry, ...before].slice(0, 300))),
    [admin],
  )
  const rows = useMemo(() => {
    if (wanted !== '') return items
    const known = new Set(items.map(({ id }) => id))
    return [...come.filter(({ id }) => !known.has(id)), ...items]
  }, [items, come, wanted])
  return (
    <>
      <div className="row toolbar">
        <Search
          label="Search the audit log"
          placeholder="Action, target or reason"
          value={search}
          onChange={setSearch}
        />
        <span className="spread" />
        <span className="muted">
          {total === undefined ? '' : plural(Math.max(total, rows.length), 'entry', 'entries')}
        </span>
      </div>
      {error !== undefined && items.length === 0 ? <ProblemBox error={error} /> : null}
      <Table
        label="Audit log"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => String(id)}
        minWidth={1000}
        {...(hasMore ? { onEnd: more } : {})}
        empty={
          total === undefined ? (
            'Loading …'
          ) : (
            <Empty title={wanted === '' ? 'Nothing was changed yet.' : 'No entry matches.'}>
              Closing, publishing, replaying, loading a contract, draining: each is written down here, also when it was
              refused.
            </Empty>
          )
        }
      />
    </>
  )
}
