import { useMemo, type ReactElement } from 'react'
import type { Change } from '../../data/admin-types.gen.ts'

/** Changes of a contract, what breaks clients first. */
export function Changes({ changes }: { readonly changes: readonly Change[] }): ReactElement {
  const sorted = useMemo(() => changes.toSorted((a, b) => Number(b.breaks) - Number(a.breaks)), [changes])
  return (
    <ul className="changes">
      {sorted.map(({ kind, breaks, pointer, message }, index) => (
        <li key={index}>
          <span className={breaks ? 'badge bad' : 'badge good'}>{breaks ? 'breaks' : 'fine'}</span>
          <span>
            {message} <code className="muted">{pointer}</code>
          </span>
          <span className="muted">{kind}</span>
        </li>
      ))}
    </ul>
  )
}
