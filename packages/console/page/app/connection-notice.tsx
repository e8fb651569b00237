import { useEffect, useRef, useState, type ReactElement } from 'react'
import { useAdmin, useConnectionState } from '../data/context.tsx'
import { ServerAdmin } from '../data/server-admin.ts'
import { SnapshotAdmin } from '../data/snapshot-admin.ts'
import { clock, duration } from '../elements/format.ts'

/** A connection that comes at once is no news. */
const PATIENCE_MS = 800

/** Says when what is shown is not live: since when, and what happens next. */
export function ConnectionNotice({ onCloseSnapshot }: { readonly onCloseSnapshot: () => void }): ReactElement | null {
  const admin = useAdmin()
  const state = useConnectionState()
  const lostAt = useLostAt(state?.name === 'open' || state === undefined)
  if (admin instanceof SnapshotAdmin) {
    const { takenAt, status, truncated } = admin.snapshot
    return (
      <div className="notice quiet" role="status">
        <span className="spread">
          Snapshot of {status.contract.title}, taken {clock(takenAt)}. Nothing here changes.
          {truncated.length > 0 ? ` Cut at 1,000: ${truncated.join(', ')}.` : ''}
        </span>
        <button type="button" className="button small" onClick={onCloseSnapshot}>
          Close the snapshot
        </button>
      </div>
    )
  }
  if (lostAt === undefined || state === undefined || !(admin instanceof ServerAdmin)) return null
  return (
    <div className="notice" role="status" data-connection={state.name}>
      <span className="spread">
        {state.name === 'closed'
          ? `The server ended the connection: ${state.reason || `code ${state.code}`}.`
          : 'Reconnecting …'}{' '}
        What you see is from {clock(lostAt.at)}
        <Since at={lostAt.at} />.
      </span>
      <button type="button" className="button small" onClick={() => admin.reconnect()}>
        Try now
      </button>
    </div>
  )
}

function Since({ at }: { readonly at: number }): string {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return now - at < 2_000 ? '' : `, ${duration(now - at)} ago`
}

/** When the connection went, once it has been gone for longer than the eye needs. */
function useLostAt(isOpen: boolean): { readonly at: number } | undefined {
  const [lost, setLost] = useState<{ readonly at: number }>()
  const wasOpen = useRef(false)
  useEffect(() => {
    if (isOpen) {
      wasOpen.current = true
      setLost(undefined)
      return
    }
    const at = Date.now()
    const timer = setTimeout(() => setLost((before) => before ?? { at }), wasOpen.current ? 0 : PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isOpen])
  return lost
}
