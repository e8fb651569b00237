import { useState, type ReactElement } from 'react'
import { tell } from '../../app/toasts.tsx'
import type { Draining } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { plural } from '../../elements/format.ts'
import { ReasonDialog } from '../../elements/reason-dialog.tsx'

/** Lets the clients go before a redeploy. There is no way back, so it asks. */
export function Drain({ onClose }: { readonly onClose: () => void }): ReactElement {
  const admin = useAdmin()
  const [wait, setWait] = useState('10')
  const [spread, setSpread] = useState('60')
  return (
    <ReasonDialog
      title="Drain this server"
      action="Drain"
      isFinal
      hint="The audit log keeps it."
      onClose={onClose}
      onConfirm={async (reason) => {
        const body = { waitMs: Number(wait) * 1_000, spreadMs: Number(spread) * 1_000, reason }
        const { connections } = await admin.send<Draining>('POST', 'drain', body)
        tell(`Draining: ${plural(connections, 'connection')} to go.`)
      }}
    >
      <p>
        Readiness turns red at once, and the clients are told to come back elsewhere.{' '}
        <strong>There is no way back</strong>: the server takes no connections until it is started again.
      </p>
      <div className="row">
        <Seconds id="wait" label="Wait before, seconds" value={wait} onChange={setWait} />
        <Seconds id="spread" label="Spread over, seconds" value={spread} onChange={setSpread} />
      </div>
    </ReasonDialog>
  )
}

function Seconds({
  id,
  label,
  value,
  onChange,
}: {
  readonly id: string
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactElement {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        max={3600}
        required
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  )
}
