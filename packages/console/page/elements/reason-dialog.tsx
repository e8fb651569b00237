import { useState, type ReactElement, type ReactNode } from 'react'
import { AdminError } from '../data/admin-error.ts'
import { Dialog } from './dialog.tsx'
import { ProblemBox } from './problem.tsx'

interface ReasonDialogProps {
  readonly title: string
  /** What the button says. */
  readonly action: string
  /** Nothing can undo it. Default false. */
  readonly isFinal?: boolean
  /** Who hears the reason. */
  readonly hint: string
  readonly onClose: () => void
  readonly onConfirm: (reason: string) => Promise<void>
  readonly children: ReactNode
}

/** Asks whether something is meant, and for the reason, without which nothing happens. What goes wrong is shown in it. */
export function ReasonDialog(props: ReasonDialogProps): ReactElement {
  const { title, action, isFinal = false, hint, onClose, onConfirm, children } = props
  const [reason, setReason] = useState('')
  const [error, setError] = useState<AdminError>()
  const submit = async (): Promise<void> => {
    try {
      await onConfirm(reason)
      onClose()
    } catch (thrown) {
      setError(AdminError.of(thrown))
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {children}
        <div className="field">
          <label htmlFor="reason">Reason</label>
          <input
            id="reason"
            type="text"
            required
            maxLength={100}
            autoComplete="off"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <span className="hint">{hint}</span>
        </div>
        {error === undefined ? null : <ProblemBox error={error} />}
        <div className="buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className={`button ${isFinal ? 'danger' : 'primary'}`}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
