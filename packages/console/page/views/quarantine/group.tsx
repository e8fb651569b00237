import { useMemo, useState, type ReactElement } from 'react'
import { link, useQuery } from '../../app/route.ts'
import { download } from '../../app/file-button.tsx'
import { tell } from '../../app/toasts.tsx'
import { pathOf } from '../../data/admin.ts'
import { AdminError } from '../../data/admin-error.ts'
import type { Dropped, QuarantinedMessage, QuarantineGroup } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { usePages } from '../../data/use-pages.ts'
import { useResource } from '../../data/use-resource.ts'
import { Dialog } from '../../elements/dialog.tsx'
import { clock, count, plural } from '../../elements/format.ts'
import { JsonLine } from '../../elements/json-view.tsx'
import { Empty } from '../../elements/panel.tsx'
import { Pending } from '../../elements/problem.tsx'
import { type Column, Table } from '../../elements/table.tsx'
import { exportLines } from './export.ts'
import { Repair } from './repair.tsx'

const columns: readonly Column<QuarantinedMessage>[] = [
  {
    key: 'time',
    title: 'Time',
    width: '110px',
    cell: ({ time }) => <time className="mono">{clock(time, { millis: true })}</time>,
  },
  { key: 'address', title: 'Address', width: '130px', cell: ({ address }) => <span className="mono">{address}</span> },
  { key: 'data', title: 'Payload', width: '3fr', cell: ({ data }) => <JsonLine value={data} /> },
]

/** One cause: its messages, the errors at their places, and the repair. */
export function QuarantineGroupView({ id }: { readonly id: string }): ReactElement {
  const admin = useAdmin()
  const [chosen, setChosen] = useQuery('message')
  const [isDropping, setDropping] = useState(false)
  const group = useResource<QuarantineGroup>(pathOf('quarantine', id), {}, { everyMs: 2_000 })
  const messages = usePages<QuarantinedMessage>(
    `${pathOf('quarantine', id)}/messages`,
    useMemo(() => ({}), []),
    { everyMs: 2_000 },
  )
  const selected = messages.items.find((message) => message.id === chosen) ?? messages.items[0]
  const isGone = group.error?.status === 404 && group.data !== undefined
  const { data } = group
  const drop = async (): Promise<void> => {
    try {
      const { dropped } = await admin.send<Dropped>('DELETE', pathOf('quarantine', id))
      tell(`Dropped ${plural(dropped, 'message')}.`)
      location.hash = link('quarantine')
    } catch (thrown) {
      tell(AdminError.of(thrown).message, { bad: true })
    }
  }
  const save = async (): Promise<void> => {
    try {
      download(`quarantine-${id}.jsonl`, 'application/x-ndjson', await exportLines(admin, id))
    } catch (thrown) {
      tell(AdminError.of(thrown).message, { bad: true })
    }
  }
  return (
    <>
      <div className="view-head">
        <h1 className="clip cause">
          <a href={link('quarantine')}>Quarantine</a> <span className="crumb">/</span> {data?.cause ?? id}
        </h1>
        <span className="spread" />
        {data === undefined || isGone ? null : (
          <>
            <span className="muted">
              <span className="mono">{data.address}</span> · happened {count(data.count)} times · {count(data.kept)}{' '}
              kept
            </span>
            <button type="button" className="button" onClick={() => void save()}>
              Export
            </button>
            {admin.kind === 'snapshot' ? null : (
              <button type="button" className="button danger" onClick={() => setDropping(true)}>
                Drop all …
              </button>
            )}
          </>
        )}
      </div>
      {data === undefined ? (
        <Pending error={group.error} what="cause" />
      ) : isGone || (data.kept === 0 && messages.items.length === 0) ? (
        <Empty title="Nothing of this cause is left.">
          Its messages were replayed or dropped. <a href={link('quarantine')}>Back to the quarantine</a>
        </Empty>
      ) : (
        <div className="split repair-split">
          <Table
            label="Refused messages"
            minWidth={420}
            columns={columns}
            rows={messages.items}
            rowKey={(message) => message.id}
            selected={selected?.id}
            onOpen={(message) => setChosen(message.id)}
            {...(messages.hasMore ? { onEnd: messages.more } : {})}
            {...(messages.total === undefined ? {} : { total: messages.total })}
            empty="Loading …"
          />
          {selected === undefined ? null : (
            <Repair
              key={selected.id}
              group={data}
              message={selected}
              onChanged={() => {
                void group.refresh()
                messages.refresh()
              }}
            />
          )}
        </div>
      )}
      {isDropping && data !== undefined ? (
        <Dialog title="Drop these messages?" onClose={() => setDropping(false)}>
          <p>
            {plural(data.kept, 'message')} of <strong>{data.cause}</strong> go for good. Export them first if somebody
            may need them.
          </p>
          <div className="buttons">
            <button type="button" className="button" onClick={() => setDropping(false)}>
              Keep them
            </button>
            <button type="button" className="button danger" onClick={() => void drop()}>
              Drop {count(data.kept)}
            </button>
          </div>
        </Dialog>
      ) : null}
    </>
  )
}
