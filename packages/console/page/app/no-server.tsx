import type { ReactElement } from 'react'
import { FileButton } from './file-button.tsx'
import { Mark } from './icons.tsx'

/** The page without a server: it can still show a snapshot. */
export function NoServer({
  onFile,
  onRetry,
}: {
  readonly onFile: (file: File) => void
  readonly onRetry?: () => void
}): ReactElement {
  return (
    <main className="gate">
      <div className="panel gate-box">
        <h1 className="row">
          <Mark /> Hydrant console
        </h1>
        <p>
          There is no server here. Open a snapshot to look at what was saved of one, or drop its file anywhere on this
          page. A snapshot is made in the console of a running server, under Settings.
        </p>
        <div className="row">
          <FileButton className="button primary" accept="application/json,.json" onFile={onFile}>
            Open a snapshot
          </FileButton>
          {onRetry === undefined ? null : (
            <button type="button" className="button" onClick={onRetry}>
              Try the server again
            </button>
          )}
        </div>
      </div>
    </main>
  )
}
