import { useMemo, useState, type ReactElement } from 'react'
import { link, useQuery } from '../../app/route.ts'
import { pathOf } from '../../data/admin.ts'
import type { ChannelDetails } from '../../data/admin-types.gen.ts'
import { useResource } from '../../data/use-resource.ts'
import { count, duration, plural, rate } from '../../elements/format.ts'
import { Empty, Facts, Stat } from '../../elements/panel.tsx'
import { Pending } from '../../elements/problem.tsx'
import { Prose } from '../../elements/prose.tsx'
import { Tabs } from '../../elements/tabs.tsx'
import { Publish } from '../publish/publish.tsx'
import { History } from './history.tsx'
import { Tail } from './tail.tsx'

/** One channel of the contract, or one address of it: what goes by, what is kept, and a way to publish. */
export function ChannelView({
  id,
  address,
}: {
  readonly id: string
  readonly address: string | undefined
}): ReactElement {
  const [tab, setTab] = useQuery('tab', 'tail')
  const { data, error } = useResource<ChannelDetails>(pathOf('channels', id), {}, { everyMs: 2_000 })
  // A template without parameters is its one address.
  const concrete = address ?? (data?.parameters.length === 0 ? data.address : undefined)
  return (
    <>
      <div className="view-head">
        <h1>
          <a href={link('channels')}>Channels</a> <span className="crumb">/</span>{' '}
          {address === undefined ? null : (
            <>
              <a href={link('channels', id)} className="mono">
                {data?.address ?? id}
              </a>{' '}
              <span className="crumb">/</span>{' '}
            </>
          )}
          <span className="mono">{address ?? data?.address ?? id}</span>
        </h1>
        {data === undefined ? null : <span className="badge">{data.kind}</span>}
      </div>
      {data === undefined ? (
        <Pending error={error} what="channel" />
      ) : (
        <>
          <Numbers channel={data} />
          <Tabs
            label="Channel"
            selected={tab}
            onSelect={setTab}
            tabs={[
              { key: 'tail', title: 'Tail', panel: () => <Tail channel={data} address={concrete} /> },
              { key: 'history', title: 'History', panel: () => <HistoryOf channel={data} address={concrete} /> },
              { key: 'publish', title: 'Publish', panel: () => <Publish channel={data} address={concrete} /> },
              { key: 'about', title: 'About', panel: () => <About channel={data} /> },
            ]}
          />
        </>
      )}
    </>
  )
}

function Numbers({ channel }: { readonly channel: ChannelDetails }): ReactElement {
  return (
    <div className="stats compact">
      <Stat
        label="In"
        value={rate(channel.messagesInPerSecond)}
        unit="/s"
        sub={`${count(channel.messagesIn)} in all`}
      />
      <Stat
        label="Out"
        value={rate(channel.messagesOutPerSecond)}
        unit="/s"
        sub={plural(channel.subscribers, 'subscriber')}
      />
      <Stat
        label="Refused"
        value={rate(channel.invalidPerSecond)}
        unit="/s"
        tone={channel.invalidPerSecond > 0 ? 'bad' : ''}
        sub={`${count(channel.invalid)} in all`}
      />
      <Stat label="Live addresses" value={count(channel.liveAddresses)} sub={channel.address} />
      <Stat
        label="History"
        value={count(channel.history.messages)}
        unit="messages"
        sub={`or ${duration(channel.history.maxAgeMs)}`}
      />
    </div>
  )
}

function HistoryOf({
  channel,
  address,
}: {
  readonly channel: ChannelDetails
  readonly address: string | undefined
}): ReactElement {
  const [typed, setTyped] = useState('')
  const examples = useMemo(() => exampleAddress(channel), [channel])
  if (address !== undefined) return <History address={address} />
  return (
    <Empty title="Each address has a history of its own.">
      Choose one under <a href={`${link('channels')}?open=${encodeURIComponent(channel.id)}`}>Channels</a>, or type it:{' '}
      <form
        className="row address-form"
        onSubmit={(event) => {
          event.preventDefault()
          location.hash = `${link('channels', channel.id, typed)}?tab=history`
        }}
      >
        <input
          type="text"
          required
          aria-label="Address"
          placeholder={examples}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button">
          Show
        </button>
      </form>
    </Empty>
  )
}

/** An address that the template could have: with defaults and first values. */
function exampleAddress({ address, parameters }: Pick<ChannelDetails, 'address' | 'parameters'>): string {
  return parameters.reduce((filled, parameter) => {
    const value = parameter.default ?? parameter.enum?.[0] ?? parameter.examples?.[0] ?? parameter.name
    return filled.replace(`{${parameter.name}}`, value)
  }, address)
}

function About({ channel }: { readonly channel: ChannelDetails }): ReactElement {
  return (
    <div className="about">
      <Facts
        facts={[
          ['Title', channel.title ?? '–'],
          ['Summary', channel.summary ?? '–'],
          ...(channel.description === undefined
            ? []
            : [['Description', <Prose key="description" text={channel.description} />] as const]),
          ['Slow readers', OVERFLOW[channel.overflow]],
          [
            'Messages',
            <ul key="messages">
              {channel.messages.map(({ name, toClients, fromClients }) => (
                <li key={name}>
                  <a href={link('messages', channel.id, name)}>{name}</a>{' '}
                  <span className="muted">
                    {[toClients ? 'to clients' : '', fromClients ? 'from clients' : ''].filter(Boolean).join(', ')}
                  </span>
                </li>
              ))}
            </ul>,
          ],
          ...channel.parameters.map(
            ({ name, description, enum: values }) =>
              [
                `{${name}}`,
                [description, values === undefined ? '' : `One of ${values.join(', ')}.`].filter(Boolean).join(' '),
              ] as const,
          ),
        ]}
      />
    </div>
  )
}

const OVERFLOW = {
  conflate: 'skip what newer messages replaced',
  drop: 'go on from the history, and are told what they missed',
  disconnect: 'are disconnected',
} as const
