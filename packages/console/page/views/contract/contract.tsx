import { useState, type ReactElement } from 'react'
import { useQuery } from '../../app/route.ts'
import type {
  ContractDetails,
  ContractVersion,
  ContractVersionDetails,
  Diagnostic,
} from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { useResource } from '../../data/use-resource.ts'
import { clock, count, plural } from '../../elements/format.ts'
import { JsonView } from '../../elements/json-view.tsx'
import { Empty, Facts, Panel } from '../../elements/panel.tsx'
import { Pending } from '../../elements/problem.tsx'
import { type Column, Table } from '../../elements/table.tsx'
import { Tabs } from '../../elements/tabs.tsx'
import { Changes } from './changes.tsx'
import { Outline } from './outline.tsx'
import { Reload } from './reload.tsx'

/** The loaded contract, what was loaded before it, and how another one would change it. */
export function Contract(): ReactElement {
  const admin = useAdmin()
  const [tab, setTab] = useQuery('tab', 'outline')
  const [isReloading, setReloading] = useState(false)
  const { data, error, refresh } = useResource<ContractDetails>('contract', {}, { everyMs: 10_000 })
  return (
    <>
      <div className="view-head">
        <h1>Contract</h1>
        {data === undefined ? null : (
          <span className="muted">
            {data.title} {data.version} · AsyncAPI {data.asyncapi} · loaded {clock(data.loadedAt)}
          </span>
        )}
        <span className="spread" />
        {data === undefined || admin.kind === 'snapshot' ? null : (
          <button type="button" className="button" onClick={() => setReloading(true)}>
            Load another version …
          </button>
        )}
      </div>
      {data === undefined ? (
        <Pending error={error} what="contract" />
      ) : (
        <Tabs
          label="Contract"
          selected={tab}
          onSelect={setTab}
          tabs={[
            { key: 'outline', title: 'Outline', panel: () => <Outline document={data.document} /> },
            { key: 'versions', title: 'Versions', panel: () => <Versions key={data.number} /> },
            {
              key: 'diagnostics',
              title: data.diagnostics.length === 0 ? 'Diagnostics' : `Diagnostics (${count(data.diagnostics.length)})`,
              panel: () => <Diagnostics diagnostics={data.diagnostics} />,
            },
            { key: 'document', title: 'Document', panel: () => <Document contract={data} /> },
          ]}
        />
      )}
      {isReloading ? (
        <Reload
          onClose={() => setReloading(false)}
          onLoaded={() => {
            setReloading(false)
            void refresh()
          }}
        />
      ) : null}
    </>
  )
}

function Versions(): ReactElement {
  const [chosen, setChosen] = useQuery('version')
  const { data, error } = useResource<{ readonly items: readonly ContractVersion[] }>('contract/versions', {
    limit: 100,
  })
  const number = chosen === '' ? data?.items[0]?.number : Number(chosen)
  if (data === undefined) return <Pending error={error} what="versions" />
  return (
    <div className="split">
      <Table
        label="Versions"
        columns={versionColumns}
        rows={data.items}
        rowKey={(version) => String(version.number)}
        selected={String(number)}
        onOpen={(version) => setChosen(String(version.number))}
        empty=""
      />
      {number === undefined ? null : <Differences key={number} number={number} />}
    </div>
  )
}

const versionColumns: readonly Column<ContractVersion>[] = [
  { key: 'number', title: '#', width: '48px', end: true, cell: ({ number }) => number },
  { key: 'version', title: 'Version', width: '1fr', cell: ({ title, version }) => `${title} ${version}` },
  { key: 'loadedAt', title: 'Loaded', width: '150px', cell: ({ loadedAt, actor }) => `${clock(loadedAt)} by ${actor}` },
  { key: 'changes', title: 'Changes', width: '80px', end: true, cell: ({ changes }) => count(changes) },
  {
    key: 'breaking',
    title: 'Breaking',
    width: '80px',
    end: true,
    cell: ({ breaking }) => <span className={breaking > 0 ? 'bad' : 'muted'}>{count(breaking)}</span>,
  },
]

function Differences({ number }: { readonly number: number }): ReactElement {
  const { data, error } = useResource<ContractVersionDetails>(`contract/versions/${number}`)
  return (
    <aside className="panel side wide" aria-label="Differences">
      <header>
        <h2>Differences of version {number} to the one before</h2>
      </header>
      <div className="scrolling">
        {data === undefined ? (
          <Pending error={error} what="version" />
        ) : data.differences.length === 0 ? (
          <Empty title="No differences.">
            {number === 1 ? 'It was the first that was loaded.' : 'To clients it is the same contract.'}
          </Empty>
        ) : (
          <Changes changes={data.differences} />
        )}
      </div>
    </aside>
  )
}

function Diagnostics({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }): ReactElement {
  if (diagnostics.length === 0) return <Empty title="The document has no faults." />
  return (
    <div className="about">
      <Panel title={plural(diagnostics.length, 'finding')} pad={false}>
        <ul className="changes">
          {diagnostics.map(({ severity, code, message, pointer, line, column }, index) => (
            <li key={index}>
              <span className={`badge ${severity === 'error' ? 'bad' : severity === 'warning' ? 'warn' : ''}`}>
                {severity}
              </span>
              <span>
                {message} <code className="muted">{pointer}</code>
              </span>
              <span className="muted">{line === undefined ? code : `${line}:${column ?? 1} ${code}`}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </div>
  )
}

function Document({ contract }: { readonly contract: ContractDetails }): ReactElement {
  return (
    <div className="about stack">
      <Facts
        facts={[
          ['Digest', <code key="digest">{contract.digest}</code>],
          ['Written from the side of', `the ${contract.perspective}`],
        ]}
      />
      <div className="panel">
        <div className="pad">
          <JsonView value={contract.document} />
        </div>
      </div>
    </div>
  )
}
