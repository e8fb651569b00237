import type { ReactElement } from 'react'
import type { AdminError } from '../data/admin-error.ts'
import { useAdmin } from '../data/context.tsx'
import { Empty } from './panel.tsx'

/** What went wrong, in the server's words; with the places when a payload is wrong. */
export function ProblemBox({ error }: { readonly error: AdminError }): ReactElement {
  return (
    <div className="problem" role="alert">
      <strong>{error.problem?.title ?? TITLES[error.code] ?? 'That did not work'}</strong>
      <span>{error.message}</span>
      {error.errors.length > 0 ? (
        <ul>
          {error.errors.map(({ pointer, expected, got }) => (
            <li key={`${pointer} ${expected}`}>
              <code>{pointer === '' ? '(the whole)' : pointer}</code> expected {expected}, got {got}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}

const TITLES: Readonly<Record<string, string>> = {
  unreachable: 'The server cannot be reached',
  offline: 'Not in a snapshot',
}

/** For a view of which nothing is here yet: why. Nothing is flashed for an answer that takes a moment. */
export function Pending({
  error,
  what,
}: {
  readonly error: AdminError | undefined
  readonly what: string
}): ReactElement {
  const { kind } = useAdmin()
  if (error === undefined) return <div className="empty loading">Loading {what} …</div>
  if (error.status === 404) {
    const why =
      kind === 'snapshot' ? 'The snapshot does not hold it.' : 'It may have ended, or another server answers now.'
    return <Empty title={`There is no such ${what}.`}>{why}</Empty>
  }
  return <ProblemBox error={error} />
}
