import { useMemo, type ReactElement } from 'react'
import { link, useQuery } from '../../app/route.ts'
import type { Connection } from '../../data/admin-types.gen.ts'
import { useLive } from '../../data/use-live.ts'
import { usePages } from '../../data/use-pages.ts'
import { bytes, clock, count } from '../../elements/format.ts'
import { Empty } from '../../elements/panel.tsx'
import { ProblemBox } from '../../elements/problem.tsx'
import { Search } from '../../elements/search.tsx'
import { type Column, Table } from '../../elements/table.tsx'
import { useDebounced } from '../../elements/use-debounced.ts'

/** How the table's columns are called in `sort`. */
const FIRST_SORT = '-queuedBytes'

const columns: readonly Column<Connection>[] = [
  {
    key: 'id',
    title: 'Id',
    width: '80px',
    cell: ({ id }) => (
      <a className="mono" href={link('connections', id)}>
        {id}
      </a>
    ),
  },
  {
    key: 'state',
    title: 'State',
    width: '72px',
    cell: ({ slow }) => (slow ? <span className="badge warn">slow</span> : <span className="badge">live</span>),
  },
  { key: 'door', title: 'Door', width: '92px', cell: ({ door }) => door },
  {
    key: 'principal',
    title: 'Principal',
    width: '1fr',
    sort: byServer,
    cell: ({ principal }) => <span title={principal}>{principal}</span>,
  },
  {
    key: 'remoteAddress',
    title: 'Address',
    width: '150px',
    sort: byServer,
    cell: ({ remoteAddress }) => <span className="mono">{remoteAddress}</span>,
  },
  {
    key: 'addresses',
    title: 'Follows',
    width: '1.4fr',
    cell: ({ addresses, subscriptions }) => (
      <span className="mono" title={addresses.join('\n')}>
        {addresses[0]}
        {subscriptions > 1 ? <span className="muted"> +{count(subscriptions - 1)}</span> : null}
      </span>
    ),
  },
  {
    key: 'queuedBytes',
    title: 'Queued',
    width: '84px',
    end: true,
    sort: byServer,
    cell: ({ queuedBytes }) => bytes(queuedBytes),
  },
  { key: 'lag', title: 'Lag', width: '66px', end: true, sort: byServer, cell: ({ lag }) => count(lag) },
  {
    key: 'messagesOut',
    title: 'Out',
    width: '84px',
    end: true,
    sort: byServer,
    cell: ({ messagesOut }) => count(messagesOut),
  },
  {
    key: 'messagesIn',
    title: 'In',
    width: '72px',
    end: true,
    sort: byServer,
    cell: ({ messagesIn }) => count(messagesIn),
  },
  {
    key: 'openedAt',
    title: 'Since',
    width: '84px',
    end: true,
    sort: byServer,
    cell: ({ openedAt }) => clock(openedAt),
  },
]

/** The server sorts: only a part of the rows is here. */
function byServer(): number {
  return 0
}

/** Who is connected; those that do not keep up come first. */
export function Connections(): ReactElement {
  const [search, setSearch] = useQuery('search')
  const [door, setDoor] = useQuery('door')
  const [sort, setSort] = useQuery('sort', FIRST_SORT)
  const wanted = useDebounced(search)
  const query = useMemo(() => ({ search: wanted, door, sort }), [wanted, door, sort])
  const { items, total, error, hasMore, more } = usePages<Connection>('connections', query, { everyMs: 2_000 })
  const live = useLive<{ readonly items: readonly Connection[] }>('/connections')?.items
  const rows = useMemo(() => withLive(items, live), [items, live])
  const isFiltered = wanted !== '' || door !== ''
  return (
    <>
      <div className="view-head">
        <h1>Connections</h1>
        <Search label="Search connections" placeholder="Id, principal or address" value={search} onChange={setSearch} />
        <select aria-label="Door" value={door} onChange={(event) => setDoor(event.target.value)}>
          <option value="">Every door</option>
          <option value="socket">socket</option>
          <option value="websocket">websocket</option>
          <option value="sse">sse</option>
          <option value="http">http</option>
        </select>
        <span className="spread" />
        <span className="muted" role="status">
          {total === undefined ? '' : `${count(total)} ${isFiltered ? 'match' : 'open'}`}
        </span>
      </div>
      {error !== undefined && items.length === 0 ? <ProblemBox error={error} /> : null}
      <Table
        label="Connections"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        sorting={{ key: sort.replace(/^-/, ''), descending: sort.startsWith('-') }}
        onSort={({ key, descending }) => setSort(descending ? `-${key}` : key)}
        href={({ id }) => link('connections', id)}
        minWidth={1000}
        {...(hasMore ? { onEnd: more } : {})}
        {...(total === undefined ? {} : { total })}
        empty={
          total === undefined ? (
            'Loading connections …'
          ) : isFiltered ? (
            <Empty title="No connection matches.">
              Search looks at ids, principals, remote addresses and followed channels.
            </Empty>
          ) : (
            <Empty title="Nobody is connected.">
              Open a channel, for example with <code>npx hydrant subscribe URL</code>, and it is here at once.
            </Empty>
          )
        }
      />
    </>
  )
}

/** What changes every second comes live for the slowest 300; the order stays the page's, so that rows do not jump under the pointer. */
function withLive(items: readonly Connection[], live: readonly Connection[] | undefined): readonly Connection[] {
  if (live === undefined) return items
  const newest = new Map(live.map((connection) => [connection.id, connection]))
  return items.map((item) => newest.get(item.id) ?? item)
}
