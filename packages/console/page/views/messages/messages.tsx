import { useMemo, useState, type ReactElement } from 'react'
import { link, useQuery } from '../../app/route.ts'
import type { MessageSummary } from '../../data/admin-types.gen.ts'
import { usePages } from '../../data/use-pages.ts'
import { bytes, clock, count, percent, plural, rate } from '../../elements/format.ts'
import { Empty } from '../../elements/panel.tsx'
import { ProblemBox } from '../../elements/problem.tsx'
import { Search } from '../../elements/search.tsx'
import { type Column, type Sorting, sortRows, Table } from '../../elements/table.tsx'
import { useDebounced } from '../../elements/use-debounced.ts'

const columns: readonly Column<MessageSummary>[] = [
  {
    key: 'name',
    title: 'Message',
    width: '1.4fr',
    sort: ({ name }) => name,
    cell: ({ channel, name, deprecated }) => (
      <>
        <a href={link('messages', channel, name)}>{name}</a>{' '}
        {deprecated ? <span className="badge warn">deprecated</span> : null}
      </>
    ),
  },
  {
    key: 'address',
    title: 'Channel',
    width: '2fr',
    sort: ({ address }) => address,
    cell: ({ address }) => <span className="mono">{address}</span>,
  },
  {
    key: 'direction',
    title: 'Direction',
    width: '104px',
    cell: ({ toClients, fromClients }) => <span className="muted">{directionOf(toClients, fromClients)}</span>,
  },
  {
    key: 'share',
    title: 'Valid',
    width: '126px',
    end: true,
    sort: (row) => shareOf(row) ?? 2,
    cell: (row) => {
      const share = shareOf(row)
      if (share === undefined) return <span className="muted">–</span>
      return (
        <>
          <Meter share={share} />
          <span className="share">{percent(share)}</span>
        </>
      )
    },
  },
  {
    key: 'valid',
    title: 'Messages',
    width: '88px',
    end: true,
    sort: ({ valid }) => valid,
    cell: ({ valid }) => count(valid),
  },
  {
    key: 'rate',
    title: 'Rate /s',
    width: '76px',
    end: true,
    sort: ({ validPerSecond }) => validPerSecond,
    cell: ({ validPerSecond }) => rate(validPerSecond),
  },
  {
    key: 'invalid',
    title: 'Refused',
    width: '84px',
    end: true,
    sort: ({ invalid }) => invalid,
    cell: ({ invalid }) => <span className={invalid > 0 ? 'bad' : 'muted'}>{count(invalid)}</span>,
  },
  {
    key: 'size',
    title: 'Size',
    width: '76px',
    end: true,
    sort: ({ averageBytes }) => averageBytes ?? 0,
    cell: ({ averageBytes }) => bytes(averageBytes === null ? null : Math.round(averageBytes)),
  },
  {
    key: 'drift',
    title: 'Drift',
    width: '104px',
    sort: ({ drift }) => -drift,
    cell: ({ drift }) =>
      drift === 0 ? (
        <span className="muted">none</span>
      ) : (
        <span className="badge warn">{plural(drift, 'finding')}</span>
      ),
  },
  {
    key: 'last',
    title: 'Last',
    width: '84px',
    end: true,
    sort: ({ lastAt }) => lastAt ?? '',
    cell: ({ lastAt }) => clock(lastAt),
  },
]

/** The contract's messages, and how what flows agrees with them. */
export function Messages(): ReactElement {
  const [search, setSearch] = useQuery('search')
  const [sorting, setSorting] = useState<Sorting>({ key: '', descending: false })
  const wanted = useDebounced(search)
  const { items, total, error, hasMore, more } = usePages<MessageSummary>(
    'messages',
    useMemo(() => ({ search: wanted }), [wanted]),
    {
      everyMs: 2_000,
    },
  )
  const rows = useMemo(() => sortRows(items, columns, sorting), [items, sorting])
  return (
    <>
      <div className="view-head">
        <h1>Messages</h1>
        <Search label="Search messages" placeholder="Name or channel" value={search} onChange={setSearch} />
        <span className="spread" />
        <span className="muted" role="status">
          {total === undefined ? '' : plural(total, 'message')}
        </span>
      </div>
      {error !== undefined && items.length === 0 ? <ProblemBox error={error} /> : null}
      <Table
        label="Messages"
        columns={columns}
        rows={rows}
        rowKey={({ channel, name }) => `${channel} ${name}`}
        sorting={sorting}
        onSort={setSorting}
        href={({ channel, name }) => link('messages', channel, name)}
        minWidth={1000}
        {...(hasMore ? { onEnd: more } : {})}
        empty={
          total === undefined ? (
            'Loading messages …'
          ) : (
            <Empty title={wanted === '' ? 'The contract has no messages.' : 'No message matches.'} />
          )
        }
      />
    </>
  )
}

/** `to clients`, `from clients`, `both ways`. */
export function directionOf(toClients: boolean, fromClients: boolean): string {
  if (toClients && fromClients) return 'both ways'
  return toClients ? 'to clients' : fromClients ? 'from clients' : 'application'
}

/** Undefined before anything came. */
export function shareOf({ valid, invalid }: Pick<MessageSummary, 'valid' | 'invalid'>): number | undefined {
  return valid + invalid === 0 ? undefined : valid / (valid + invalid)
}

/** A share as a bar; the number stands beside it. `isPlain`: less than all of it is nothing bad. */
export function Meter({
  share,
  isPlain = false,
}: {
  readonly share: number
  readonly isPlain?: boolean
}): ReactElement {
  const tone = share === 1 || isPlain ? '' : share > 0.99 ? ' warn' : ' bad'
  return (
    <span className={`meter${tone}`} aria-hidden="true">
      <i style={{ width: `${share * 100}%` }} />
    </span>
  )
}
