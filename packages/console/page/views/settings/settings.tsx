import { useMemo, useState, type ReactElement } from 'react'
import { useQuery } from '../../app/route.ts'
import { download, FileButton } from '../../app/file-button.tsx'
import { tell } from '../../app/toasts.tsx'
import { AdminError } from '../../data/admin-error.ts'
import type { Setting, SettingPage, Snapshot } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { useResource } from '../../data/use-resource.ts'
import { Empty } from '../../elements/panel.tsx'
import { Pending } from '../../elements/problem.tsx'
import { Search } from '../../elements/search.tsx'
import { type Column, type Sorting, sortRows, Table } from '../../elements/table.tsx'
import { Tabs } from '../../elements/tabs.tsx'
import { Audit } from './audit.tsx'
import { Drain } from './drain.tsx'

/** What is in force and where it came from, who changed what, and what can be done to the whole server. */
export function Settings({ onOpenSnapshot }: { readonly onOpenSnapshot: (file: File) => void }): ReactElement {
  const admin = useAdmin()
  const [tab, setTab] = useQuery('tab', 'settings')
  const [isDraining, setDraining] = useState(false)
  const save = async (): Promise<void> => {
    try {
      const snapshot = await admin.get<Snapshot>('snapshot')
      const name = `hydrant-${snapshot.takenAt.replaceAll(/[:.]/g, '-')}.json`
      download(name, 'application/json', JSON.stringify(snapshot))
      tell(`Saved ${name}. It holds payloads and addresses of peers: treat it as confidential.`)
    } catch (error) {
      tell(AdminError.of(error).message, { bad: true })
    }
  }
  return (
    <>
      <div className="view-head">
        <h1>Settings</h1>
        <span className="spread" />
        <FileButton accept="application/json,.json" onFile={onOpenSnapshot}>
          Open a snapshot …
        </FileButton>
        {admin.kind === 'snapshot' ? null : (
          <>
            <button type="button" className="button" onClick={() => void save()}>
              Save a snapshot
            </button>
            <button type="button" className="button danger" onClick={() => setDraining(true)}>
              Drain …
            </button>
          </>
        )}
      </div>
      <Tabs
        label="Settings"
        selected={tab}
        onSelect={setTab}
        tabs={[
          { key: 'settings', title: 'In force', panel: () => <InForce /> },
          { key: 'audit', title: 'Audit log', panel: () => <Audit /> },
        ]}
      />
      {isDraining ? <Drain onClose={() => setDraining(false)} /> : null}
    </>
  )
}

const columns: readonly Column<Setting>[] = [
  {
    key: 'name',
    title: 'Setting',
    width: '1.2fr',
    sort: ({ name }) => name,
    cell: ({ name }) => <span className="mono">{name}</span>,
  },
  {
    key: 'value',
    title: 'Value',
    width: '1fr',
    cell: (setting) => <span title={JSON.stringify(setting.value)}>{valueOf(setting)}</span>,
  },
  {
    key: 'source',
    title: 'From',
    width: '110px',
    sort: ({ source }) => source,
    cell: ({ source, where }) => (
      <span className={source === 'default' ? 'muted' : 'badge accent'} title={where}>
        {source}
      </span>
    ),
  },
  { key: 'flag', title: 'Flag', width: '200px', cell: ({ flag }) => <span className="mono muted">{flag ?? ''}</span> },
  {
    key: 'description',
    title: 'What it does',
    width: '3fr',
    cell: ({ description }) => <span title={description}>{description ?? ''}</span>,
  },
]

function InForce(): ReactElement {
  const [search, setSearch] = useQuery('search')
  const [sorting, setSorting] = useState<Sorting>({ key: '', descending: false })
  const { data, error } = useResource<SettingPage>('settings', { limit: 300 }, { everyMs: 15_000 })
  const rows = useMemo(() => {
    const wanted = search.toLowerCase()
    const found = (data?.items ?? []).filter(({ name, description, flag }) =>
      `${name} ${flag} ${description}`.toLowerCase().includes(wanted),
    )
    return sortRows(found, columns, sorting)
  }, [data, search, sorting])
  if (data === undefined) return <Pending error={error} what="settings" />
  return (
    <>
      <div className="row toolbar">
        <Search label="Search settings" placeholder="Name, flag or purpose" value={search} onChange={setSearch} />
      </div>
      <Table
        label="Settings in force"
        columns={columns}
        rows={rows}
        rowKey={({ name }) => name}
        sorting={sorting}
        onSort={setSorting}
        minWidth={900}
        empty={<Empty title="No setting matches." />}
      />
    </>
  )
}

function valueOf({ value, shown }: Setting): string {
  if (shown !== undefined && shown !== '') return shown
  if (value === null || value === undefined || value === '') return 'not set'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
