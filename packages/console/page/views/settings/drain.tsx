import { useState, type ReactElement } from 'react'
import { tell } from '../../app/toasts.tsx'
import { AdminError } from '../../data/admin-error.ts'
import type { Draining } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { Dialog } from '../../elements/dialog.tsx'
import { plural } from '../../elements/format.ts'
import { ProblemBox } from '../../elements/problem.tsx'

/** Lets the clients go before a redeploy. There is no way back, so it asks. */
export function Drain({ onClose }: { readonly onClose: () => void }): ReactElement {
  const admin = useAdmin()
  const [waitSeconds, setWait] = useState('10')
  const [spreadSeconds, setSpread] = useState('60')
  const [reason, setReason] = useState('')
  const [error, setError] = useState<AdminError>()
  const submit = async (): Promise<void> => {
    try {
      const body = { waitMs: Number(waitSeconds) * 1_000, spreadMs: Number(spreadSeconds) * 1_000, reason }
      const { connections } = await admin.send<Draining>('POST', 'drain', body)
      tell(`Draining: ${plural(connections, 'connection')} to go.`)
      onClose()
    } catch (thrown) {
      setError(AdminError.of(thrown))
    }
  }
  return (
    <Dialog title="Drain this server" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p>
          Readiness turns red at once, and the clients are told to come back elsewhere.{' '}
          <strong>There is no way back</strong>: the server takes no connections until it is started again.
        </p>
        <div className="row">
          <div className="field">
            <label htmlFor="wait">Wait before, seconds</label>
            <input
              id="wait"
              type="number"
              min={0}
              max={3600}
              required
              value={waitSeconds}
              onChange={(event) => setWait(event.target.value)}
            />
          </div>
          <div className="field">
            <label htmlFor="spread">Spread over, seconds</label>
            <input
              id="spread"
              type="number"
              min={0}
              max={3600}
              required
              value={spreadSeconds}
              onChange={(event) => setSpread(event.target.value)}
            />
          </div>
        </div>
        <div className="field">
          <label htmlFor="drain-reason">Reason</label>
          <input
            id="drain-reason"
            type="text"
            required
            maxLength={100}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <span className="hint">The audit log keeps it.</span>
        </div>
        {error === undefined ? null : <ProblemBox error={error} />}
        <div className="buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button danger">
            Drain
          </button>
        </div>
      </form>
    </Dialog>
  )
}
