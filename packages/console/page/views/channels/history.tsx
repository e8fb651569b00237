import { useState, type ReactElement } from 'react'
import type { HistoryPage, LogMessage } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { AdminError } from '../../data/admin-error.ts'
import { useResource } from '../../data/use-resource.ts'
import { count, plural } from '../../elements/format.ts'
import { Empty } from '../../elements/panel.tsx'
import { Pending, ProblemBox } from '../../elements/problem.tsx'
import { MessageRows } from './message-rows.tsx'

/** What an address keeps, and everything after a position. */
export function History({ address }: { readonly address: string }): ReactElement {
  const admin = useAdmin()
  const [typed, setTyped] = useState('')
  const [since, setSince] = useState('')
  const [rest, setRest] = useState<{
    readonly of: HistoryPage
    readonly items: readonly LogMessage[]
    readonly next: string | null
  }>()
  const [failed, setFailed] = useState<AdminError>()
  const { data, error, refresh } = useResource<HistoryPage>(admin.kind === 'snapshot' ? undefined : 'history', {
    address,
    since,
    limit: 300,
  })
  if (admin.kind === 'snapshot') return <Empty title="A snapshot holds no history.">It needs the running server.</Empty>
  const further = rest?.of === data ? rest : undefined
  const next = further === undefined ? (data?.next ?? null) : further.next
  const items = [...(data?.items ?? []), ...(further?.items ?? [])]
  const more = async (): Promise<void> => {
    if (next === null || data === undefined) return
    try {
      const page = await admin.get<HistoryPage>('history', { address, since: next, limit: 300 })
      setRest({ of: data, items: [...(further?.items ?? []), ...page.items], next: page.next })
      setFailed(undefined)
    } catch (thrown) {
      setFailed(AdminError.of(thrown))
    }
  }
  const shown = failed ?? (data === undefined ? undefined : error)
  return (
    <>
      <form
        className="row wrap toolbar"
        onSubmit={(event) => {
          event.preventDefault()
          setSince(typed.trim())
        }}
      >
        <input
          type="text"
          className="mono"
          aria-label="After this position"
          placeholder="After position, like m4x1c9:1042"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button">
          Show
        </button>
        <button type="button" className="button" onClick={() => void refresh()}>
          Refresh
        </button>
        <span className="spread" />
        <span className="muted">
          {data === undefined ? '' : `${plural(items.length, 'message')}, newest position ${data.position}`}
        </span>
        {next === null ? null : (
          <button type="button" className="button" onClick={() => void more()}>
            More
          </button>
        )}
      </form>
      {shown === undefined ? null : <ProblemBox error={shown} />}
      {data?.gap === undefined ? null : (
        <p className="warn">
          Lost after that position: {data.gap.from} to {data.gap.to}
          {data.gap.missed === undefined ? '' : `, ${count(data.gap.missed)} messages`} ({data.gap.reason}).
        </p>
      )}
      {data === undefined ? (
        <Pending error={error} what="history" />
      ) : (
        <MessageRows
          label="History"
          rows={items.map((message) => ({
            key: message.position,
            message: { ...message, address, channel: data.channel },
          }))}
          hasAddress={false}
          empty={
            <Empty title="The history is empty.">
              Messages stay here until newer ones take their place, or they grow too old.
            </Empty>
          }
        />
      )}
    </>
  )
}
