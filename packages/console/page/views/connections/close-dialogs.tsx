import { useState, type ReactElement } from 'react'
import { tell } from '../../app/toasts.tsx'
import { pathOf } from '../../data/admin.ts'
import type { Closed, Connection } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { plural } from '../../elements/format.ts'
import { ReasonDialog } from '../../elements/reason-dialog.tsx'

/** Asks for the reason, which the peer and the audit log get. */
export function CloseConnection({
  connection,
  onClose,
}: {
  readonly connection: Connection
  readonly onClose: () => void
}): ReactElement {
  const admin = useAdmin()
  const [mayReturn, setMayReturn] = useState(true)
  return (
    <ReasonDialog
      title={`Close ${connection.id}`}
      action="Close the connection"
      hint={HINT}
      onClose={onClose}
      onConfirm={async (reason) => {
        const query = { reason, reconnect: mayReturn }
        await admin.send<Closed>('DELETE', pathOf('connections', connection.id), undefined, query)
        tell(`Closed ${connection.id} (${connection.remoteAddress}).`)
      }}
    >
      <label>
        <input type="checkbox" checked={mayReturn} onChange={(event) => setMayReturn(event.target.checked)} />
        It may come back (close code 1012; otherwise 3503, and clients stay away)
      </label>
    </ReasonDialog>
  )
}

/** Closes everything of one principal, and keeps it out. */
export function RevokePrincipal({
  principal,
  onClose,
}: {
  readonly principal: string
  readonly onClose: () => void
}): ReactElement {
  const admin = useAdmin()
  return (
    <ReasonDialog
      title={`Revoke ${principal}`}
      action="Revoke"
      hint={HINT}
      onClose={onClose}
      onConfirm={async (reason) => {
        const path = `${pathOf('principals', principal)}/sessions`
        const { connections } = await admin.send<Closed>('DELETE', path, undefined, { reason })
        tell(`Revoked ${principal}: ${plural(connections, 'connection')} closed.`)
      }}
    >
      <p>
        Every connection of <strong>{principal}</strong> is closed within five seconds, and its tokens are refused until
        they expire. Keys, passwords and certificates stay valid until they are taken out of the configuration.
      </p>
    </ReasonDialog>
  )
}

const HINT = 'The peer is told, and the audit log keeps it.'
