import { useMemo, type ReactElement } from 'react'
import { link, useQuery } from '../../app/route.ts'
import type { Address, Channel } from '../../data/admin-types.gen.ts'
import { useLive } from '../../data/use-live.ts'
import { usePages } from '../../data/use-pages.ts'
import { useResource } from '../../data/use-resource.ts'
import { clock, count, plural, rate } from '../../elements/format.ts'
import { Empty } from '../../elements/panel.tsx'
import { ProblemBox } from '../../elements/problem.tsx'
import { Search } from '../../elements/search.tsx'
import type { Column } from '../../elements/table.tsx'
import { TreeTable, type TreeRow } from '../../elements/tree-table.tsx'
import { useDebounced } from '../../elements/use-debounced.ts'

interface LiveChannels {
  readonly items: readonly Channel[]
  readonly addresses: readonly Address[]
  readonly totalAddresses: number
}

/** A template, or one of its live addresses. */
type Row =
  | { readonly kind: 'channel'; readonly channel: Channel }
  | { readonly kind: 'address'; readonly channel: Channel; readonly address: Address }

const columns: readonly Column<Row>[] = [
  {
    key: 'address',
    title: 'Channel',
    width: '3fr',
    cell: (row) =>
      row.kind === 'channel' ? (
        <>
          <a className="mono" href={link('channels', row.channel.id)} tabIndex={-1}>
            {row.channel.address}
          </a>{' '}
          <span className="muted">
            {row.channel.kind}
            {row.channel.parameters.length > 0 ? ` · ${plural(row.channel.liveAddresses, 'address', 'addresses')}` : ''}
          </span>
        </>
      ) : (
        <a className="mono" href={link('channels', row.channel.id, row.address.address)} tabIndex={-1}>
          {row.address.address}
        </a>
      ),
  },
  {
    key: 'subscribers',
    title: 'Subscribers',
    width: '100px',
    end: true,
    cell: (row) => count(row.kind === 'channel' ? row.channel.subscribers : row.address.subscribers),
  },
  {
    key: 'rate',
    title: 'In /s',
    width: '84px',
    end: true,
    cell: (row) => rate(row.kind === 'channel' ? row.channel.messagesInPerSecond : row.address.messagesPerSecond),
  },
  {
    key: 'out',
    title: 'Out /s',
    width: '84px',
    end: true,
    cell: (row) => (row.kind === 'channel' ? rate(row.channel.messagesOutPerSecond) : ''),
  },
  {
    key: 'invalid',
    title: 'Refused /s',
    width: '96px',
    end: true,
    cell: (row) =>
      row.kind === 'channel' ? (
        <span className={row.channel.invalidPerSecond > 0 ? 'bad' : ''}>{rate(row.channel.invalidPerSecond)}</span>
      ) : (
        ''
      ),
  },
  {
    key: 'messages',
    title: 'Messages',
    width: '100px',
    end: true,
    cell: (row) => count(row.kind === 'channel' ? row.channel.messagesIn : row.address.messages),
  },
  {
    key: 'position',
    title: 'Position',
    width: '150px',
    end: true,
    cell: (row) => (row.kind === 'address' ? <span className="mono muted">{row.address.position ?? '–'}</span> : ''),
  },
  {
    key: 'last',
    title: 'Last',
    width: '92px',
    end: true,
    cell: (row) => (row.kind === 'address' ? clock(row.address.lastMessageAt) : ''),
  },
]

/** The contract's channels, and below each template its live addresses. */
export function Channels(): ReactElement {
  const [search, setSearch] = useQuery('search')
  const [open, setOpen] = useQuery('open')
  const [sort, setSort] = useQuery('sort', 'address')
  const wanted = useDebounced(search)
  const live = useLive<LiveChannels>('/channels')
  const asked = useResource<{ readonly items: readonly Channel[] }>('channels', { limit: 300 }, { everyMs: 10_000 })
  const channels = live?.items ?? asked.data?.items
  // A search opens every template; otherwise one is open at a time, so that one list of addresses is kept fresh.
  const addresses = usePages<Address>(
    open === '' && wanted === '' ? undefined : 'addresses',
    useMemo(() => ({ channel: wanted === '' ? open : undefined, search: wanted, sort }), [open, wanted, sort]),
    { everyMs: 3_000 },
  )
  const rows = useMemo(
    () => rowsOf(channels ?? [], addresses.items, live?.addresses ?? [], { open, search: wanted }),
    [channels, addresses.items, live?.addresses, open, wanted],
  )
  return (
    <>
      <div className="view-head">
        <h1>Channels</h1>
        <Search label="Search channels" placeholder="Part of an address" value={search} onChange={setSearch} />
        <select aria-label="Order of the addresses" value={sort} onChange={(event) => setSort(event.target.value)}>
          <option value="address">By address</option>
          <option value="-messagesPerSecond">Busiest first</option>
          <option value="-subscribers">Most subscribers first</option>
          <option value="-lastMessageAt">Newest message first</option>
        </select>
        <span className="spread" />
        <span className="muted" role="status">
          {channels === undefined
            ? ''
            : wanted === ''
              ? `${plural(channels.length, 'channel')}, ${plural(live?.totalAddresses ?? sumOf(channels), 'live address', 'live addresses')}`
              : `${plural(addresses.total ?? 0, 'address', 'addresses')} match`}
        </span>
      </div>
      {asked.error !== undefined && channels === undefined ? <ProblemBox error={asked.error} /> : null}
      {addresses.error !== undefined ? <ProblemBox error={addresses.error} /> : null}
      <TreeTable
        label="Channels"
        columns={columns}
        rows={rows}
        minWidth={900}
        href={(row) =>
          row.kind === 'channel'
            ? link('channels', row.channel.id)
            : link('channels', row.channel.id, row.address.address)
        }
        onToggle={(row) => {
          if (row.kind === 'channel') setOpen(open === row.channel.id ? '' : row.channel.id)
        }}
        {...(addresses.hasMore ? { onEnd: addresses.more } : {})}
        empty={
          channels === undefined ? (
            'Loading channels …'
          ) : wanted === '' ? (
            <Empty title="The contract has no channels." />
          ) : (
            <Empty title="No channel matches.">
              Search looks at the contract’s addresses and at those that are live.
            </Empty>
          )
        }
      />
    </>
  )
}

function sumOf(channels: readonly Channel[]): number {
  return channels.reduce((sum, { liveAddresses }) => sum + liveAddresses, 0)
}

/** In the order of the document, addresses below their template. */
function rowsOf(
  channels: readonly Channel[],
  addresses: readonly Address[],
  busiest: readonly Address[],
  { open, search }: { readonly open: string; readonly search: string },
): readonly TreeRow<Row>[] {
  const newest = new Map(busiest.map((address) => [address.address, address]))
  const below = Map.groupBy(addresses, ({ channel }) => channel)
  const rows: TreeRow<Row>[] = []
  const text = search.toLowerCase()
  for (const channel of channels) {
    const own = below.get(channel.id) ?? []
    const isSearched = text !== ''
    if (isSearched && own.length === 0 && !`${channel.address} ${channel.title ?? ''}`.toLowerCase().includes(text))
      continue
    const isOpen = isSearched ? own.length > 0 : open === channel.id
    rows.push({
      key: channel.id,
      level: 1,
      ...(channel.parameters.length > 0 ? { isOpen } : {}),
      row: { kind: 'channel', channel },
    })
    if (!isOpen || channel.parameters.length === 0) continue
    for (const address of own) {
      rows.push({
        key: `${channel.id} ${address.address}`,
        level: 2,
        row: { kind: 'address', channel, address: newest.get(address.address) ?? address },
      })
    }
  }
  return rows
}
