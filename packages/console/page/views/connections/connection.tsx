import { useState, type ReactElement } from 'react'
import { link, useQuery } from '../../app/route.ts'
import { pathOf } from '../../data/admin.ts'
import type { ConnectionDetails, SubscriptionDetails } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { useResource } from '../../data/use-resource.ts'
import { bytes, clock, count, plural } from '../../elements/format.ts'
import { Empty, Facts, Stat } from '../../elements/panel.tsx'
import { Pending } from '../../elements/problem.tsx'
import { type Column, Table } from '../../elements/table.tsx'
import { Tabs } from '../../elements/tabs.tsx'
import { CloseConnection, RevokePrincipal } from './close-dialogs.tsx'
import { Trace } from './trace.tsx'

/** One connection: who, what it follows, how far behind it is, and what goes over it. */
export function ConnectionView({ id }: { readonly id: string }): ReactElement {
  const admin = useAdmin()
  const [tab, setTab] = useQuery('tab', 'subscriptions')
  const [dialog, setDialog] = useState<'close' | 'revoke'>()
  const { data, error } = useResource<ConnectionDetails>(pathOf('connections', id), {}, { everyMs: 1_000 })
  const isGone = error?.status === 404 && data !== undefined
  return (
    <>
      <div className="view-head">
        <h1>
          <a href={link('connections')}>Connections</a> <span className="crumb">/</span>{' '}
          <span className="mono">{id}</span>
        </h1>
        {data === undefined ? null : (
          <span className={isGone ? 'badge' : data.slow ? 'badge warn' : 'badge good'}>
            {isGone ? 'ended' : data.slow ? 'slow' : 'live'}
          </span>
        )}
        <span className="spread" />
        {data === undefined || isGone || admin.kind === 'snapshot' ? null : (
          <>
            <button type="button" className="button danger" onClick={() => setDialog('close')}>
              Close …
            </button>
            <button type="button" className="button danger" onClick={() => setDialog('revoke')}>
              Revoke principal …
            </button>
          </>
        )}
      </div>
      {data === undefined ? (
        <Pending error={error} what="connection" />
      ) : (
        <>
          <div className="stats compact">
            <Stat
              label="Queued"
              value={bytes(data.queuedBytes)}
              tone={data.slow ? 'warn' : ''}
              sub="waits for the reader"
            />
            <Stat label="Lag" value={count(data.lag)} sub={data.lag === 1 ? 'message behind' : 'messages behind'} />
            <Stat label="Out" value={count(data.messagesOut)} sub={bytes(data.bytesOut)} />
            <Stat label="In" value={count(data.messagesIn)} sub={bytes(data.bytesIn)} />
          </div>
          <Facts
            facts={[
              ['Principal', data.principal],
              [
                'From',
                <span key="from" className="mono">
                  {data.remoteAddress}
                </span>,
              ],
              ['Door', `${data.door}, since ${clock(data.openedAt)}`],
              ...(data.session === null ? [] : [['Session', <code key="session">{data.session}</code>] as const]),
              ...(data.userAgent === null ? [] : [['User agent', data.userAgent] as const]),
              ...(data.origin === null ? [] : [['Origin', data.origin] as const]),
            ]}
          />
          <Tabs
            label="Connection"
            selected={tab}
            onSelect={setTab}
            tabs={[
              {
                key: 'subscriptions',
                title: plural(data.subscriptions, 'subscription'),
                panel: () => <Subscriptions details={data.details} />,
              },
              { key: 'trace', title: 'Frame trace', panel: () => <Trace id={id} /> },
            ]}
          />
        </>
      )}
      {dialog === 'close' && data !== undefined ? (
        <CloseConnection connection={data} onClose={() => setDialog(undefined)} />
      ) : null}
      {dialog === 'revoke' && data !== undefined ? (
        <RevokePrincipal principal={data.principal} onClose={() => setDialog(undefined)} />
      ) : null}
    </>
  )
}

const columns: readonly Column<SubscriptionDetails>[] = [
  {
    key: 'address',
    title: 'Channel',
    width: '2fr',
    cell: ({ address, channel }) =>
      channel === null ? (
        <span className="mono">{address}</span>
      ) : (
        <a className="mono" href={link('channels', channel, address)}>
          {address}
        </a>
      ),
  },
  {
    key: 'state',
    title: 'State',
    width: '120px',
    cell: ({ state }) => <span className={state === 'live' ? 'badge good' : 'badge warn'}>{state}</span>,
  },
  { key: 'lag', title: 'Lag', width: '90px', end: true, cell: ({ lag }) => count(lag) },
  {
    key: 'position',
    title: 'Position',
    width: '1fr',
    end: true,
    cell: ({ position }) => <span className="mono">{position}</span>,
  },
]

function Subscriptions({ details }: { readonly details: readonly SubscriptionDetails[] }): ReactElement {
  return (
    <Table
      label="Subscriptions"
      columns={columns}
      rows={details}
      rowKey={({ address }) => address}
      empty={<Empty title="It follows nothing.">A socket may stay open without subscriptions, and publish.</Empty>}
    />
  )
}
