import { useSyncExternalStore, type ReactElement } from 'react'

interface Toast {
  readonly id: number
  readonly text: string
  readonly bad: boolean
}

const SHOWN_MS = 6_000
const listeners = new Set<() => void>()
let toasts: readonly Toast[] = []
let next = 1

/** Says what came of an action, for six seconds; what went wrong stays until it is dismissed. */
export function tell(text: string, { bad = false }: { readonly bad?: boolean } = {}): void {
  const toast = { id: next++, text, bad }
  update([...toasts.slice(-3), toast])
  if (!bad) setTimeout(() => dismiss(toast.id), SHOWN_MS)
}

/** Where they are shown, once on the page. */
export function Toasts(): ReactElement {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <div className="toasts" role="status" aria-live="polite">
      {shown.map(({ id, text, bad }) => (
        <div key={id} className={bad ? 'toast bad' : 'toast'}>
          <span className="spread">{text}</span>
          <button type="button" className="button quiet small" onClick={() => dismiss(id)}>
            Dismiss
          </button>
        </div>
      ))}
    </div>
  )
}

function dismiss(id: number): void {
  update(toasts.filter((toast) => toast.id !== id))
}

function update(to: readonly Toast[]): void {
  toasts = to
  for (const changed of listeners) changed()
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  return () => listeners.delete(changed)
}
