import type { ReactElement } from 'react'
import { link, useQuery } from '../../app/route.ts'
import { pathOf } from '../../data/admin.ts'
import type { FieldStatistics, MessageDetails } from '../../data/admin-types.gen.ts'
import { useResource } from '../../data/use-resource.ts'
import { bytes, clock, count, percent, rate } from '../../elements/format.ts'
import { JsonView } from '../../elements/json-view.tsx'
import { Empty, Facts, Panel, Stat } from '../../elements/panel.tsx'
import { Pending } from '../../elements/problem.tsx'
import { Prose } from '../../elements/prose.tsx'
import { type Column, Table } from '../../elements/table.tsx'
import { Tabs } from '../../elements/tabs.tsx'
import { directionOf, Meter, shareOf } from './messages.tsx'

/** One message: its schema, an example, and what really flows. */
export function MessageView({ channel, name }: { readonly channel: string; readonly name: string }): ReactElement {
  const [tab, setTab] = useQuery('tab', 'fields')
  const { data, error } = useResource<MessageDetails>(pathOf('messages', channel, name), {}, { everyMs: 2_000 })
  return (
    <>
      <div className="view-head">
        <h1>
          <a href={link('messages')}>Messages</a> <span className="crumb">/</span> {name}
        </h1>
        {data === undefined ? null : (
          <>
            <span className="badge">{directionOf(data.toClients, data.fromClients)}</span>
            {data.deprecated ? <span className="badge warn">deprecated</span> : null}
            <a className="mono" href={link('channels', channel)}>
              {data.address}
            </a>
          </>
        )}
      </div>
      {data === undefined ? (
        <Pending error={error} what="message" />
      ) : (
        <>
          <Numbers message={data} />
          <Findings message={data} />
          <Tabs
            label="Message"
            selected={tab}
            onSelect={setTab}
            tabs={[
              { key: 'fields', title: 'Fields', panel: () => <Fields message={data} /> },
              { key: 'newest', title: 'Newest and example', panel: () => <Examples message={data} /> },
              { key: 'schema', title: 'Schema', panel: () => <Schema message={data} /> },
              { key: 'senders', title: 'Senders', panel: () => <Senders message={data} /> },
            ]}
          />
        </>
      )}
    </>
  )
}

function Numbers({ message }: { readonly message: MessageDetails }): ReactElement {
  const share = shareOf(message)
  const { sizes } = message
  return (
    <div className="stats compact">
      <Stat
        label="Valid"
        value={percent(share)}
        tone={share !== undefined && share < 1 ? 'bad' : ''}
        sub={`${count(message.valid)} messages`}
      />
      <Stat label="Rate" value={rate(message.validPerSecond)} unit="/s" sub={`last ${clock(message.lastAt)}`} />
      <Stat
        label="Refused"
        value={count(message.invalid)}
        sub={`${rate(message.invalidPerSecond)} /s`}
        tone={message.invalid > 0 ? 'bad' : ''}
      />
      <Stat
        label="Size"
        value={bytes(sizes.averageBytes === null ? null : Math.round(sizes.averageBytes))}
        sub={`${bytes(sizes.minBytes)} to ${bytes(sizes.maxBytes)}`}
      />
      <Stat label="Looked at" value={count(message.looked)} sub="for the statistics" />
    </div>
  )
}

function Findings({ message }: { readonly message: MessageDetails }): ReactElement | null {
  if (message.findings.length === 0) return null
  return (
    <div className="findings">
      <Panel title="Drift: where traffic and contract differ" pad={false}>
        <ul className="attention">
          {message.findings.map(({ kind, pointer, detail }) => (
            <li key={`${kind} ${pointer} ${detail}`}>
              <span className="badge warn">{kind.replaceAll('-', ' ')}</span>
              <span className="clip" title={detail}>
                <code>{pointer}</code> {detail}
              </span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}

const columns: readonly Column<FieldStatistics>[] = [
  {
    key: 'pointer',
    title: 'Field',
    width: '1.6fr',
    cell: ({ pointer, declared }) => (
      <>
        <span className="mono">{pointer === '' ? '(the payload)' : pointer}</span>{' '}
        {declared ? null : <span className="badge warn">unknown</span>}
      </>
    ),
  },
  {
    key: 'required',
    title: 'Contract',
    width: '100px',
    cell: ({ declared, required }) => (
      <span className="muted">{declared ? (required ? 'required' : 'optional') : 'not in it'}</span>
    ),
  },
  {
    key: 'presence',
    title: 'Present',
    width: '130px',
    end: true,
    cell: ({ presence, seen }) =>
      seen === 0 ? (
        <span className="badge warn">never</span>
      ) : (
        <>
          <Meter share={presence} isPlain />
          <span className="share">{percent(presence)}</span>
        </>
      ),
  },
  { key: 'types', title: 'Types', width: '150px', cell: ({ types }) => types.join(', ') },
  {
    key: 'range',
    title: 'Range',
    width: '1fr',
    cell: rangeOf,
  },
  {
    key: 'values',
    title: 'Values',
    width: '2fr',
    cell: ({ values }) =>
      (values ?? [])
        .map(
          ({ value, count: seen }) => `${typeof value === 'string' ? value : JSON.stringify(value)} (${count(seen)})`,
        )
        .join(', '),
  },
]

function rangeOf({ minimum, maximum, minLength, maxLength }: FieldStatistics): string {
  if (minimum !== undefined) return minimum === maximum ? String(minimum) : `${minimum} … ${String(maximum)}`
  if (minLength === undefined) return ''
  return minLength === maxLength ? `length ${minLength}` : `length ${minLength} … ${String(maxLength)}`
}

function Fields({ message }: { readonly message: MessageDetails }): ReactElement {
  // That an object is an object says nothing; its members do.
  const fields = message.fields.filter(({ pointer }) => pointer !== '' || message.fields.length === 1)
  return (
    <Table
      label="Fields"
      columns={columns}
      rows={fields}
      rowKey={({ pointer }) => pointer}
      minWidth={860}
      empty={
        <Empty title="Nothing was looked at yet.">
          As messages flow, the presence, types, ranges and values of their fields are counted here.
        </Empty>
      }
    />
  )
}

function Examples({ message }: { readonly message: MessageDetails }): ReactElement {
  const { last, schema } = message
  return (
    <div className="columns">
      <Panel title="Newest">
        {last === undefined ? (
          <Empty title="None yet." />
        ) : (
          <>
            <p className="muted side-facts">
              <a className="mono" href={link('channels', last.channel, last.address)}>
                {last.address}
              </a>{' '}
              {clock(last.time)} · {bytes(last.bytes)}
            </p>
            <JsonView value={last.data} />
          </>
        )}
      </Panel>
      <Panel title="Example of the contract">
        {schema.example === undefined ? <Empty title="The contract has none." /> : <JsonView value={schema.example} />}
      </Panel>
    </div>
  )
}

function Schema({ message }: { readonly message: MessageDetails }): ReactElement {
  const { schema } = message
  return (
    <div className="columns one">
      <Facts
        facts={[
          ...(schema.title === undefined ? [] : [['Title', schema.title] as const]),
          ...(schema.summary === undefined ? [] : [['Summary', schema.summary] as const]),
          ...(schema.description === undefined
            ? []
            : [['Description', <Prose key="description" text={schema.description} />] as const]),
          ['Content type', schema.contentType],
        ]}
      />
      <Panel title="Payload">
        {schema.payloadSchema === undefined ? (
          <Empty title="Any payload is fine." />
        ) : (
          <JsonView value={schema.payloadSchema} />
        )}
      </Panel>
    </div>
  )
}

function Senders({ message }: { readonly message: MessageDetails }): ReactElement {
  return (
    <Table
      label="Senders"
      columns={[
        { key: 'principal', title: 'Principal', width: '3fr', cell: ({ principal }) => principal },
        { key: 'count', title: 'Messages', width: '120px', end: true, cell: ({ count: sent }) => count(sent) },
      ]}
      rows={message.senders}
      rowKey={({ principal }) => principal}
      empty={<Empty title="Nobody sent it yet." />}
    />
  )
}
