import { useState, type ReactElement } from 'react'
import { FileButton } from '../../app/file-button.tsx'
import { tell } from '../../app/toasts.tsx'
import { AdminError } from '../../data/admin-error.ts'
import type { BreakingProblem, Change, ContractLoaded, PutContractRequest } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { Dialog } from '../../elements/dialog.tsx'
import { plural } from '../../elements/format.ts'
import { ProblemBox } from '../../elements/problem.tsx'
import { Changes } from './changes.tsx'

/** Compares a document with the loaded contract, shows what would break, and loads it. */
export function Reload({
  onClose,
  onLoaded,
}: {
  readonly onClose: () => void
  readonly onLoaded: () => void
}): ReactElement {
  const admin = useAdmin()
  const [document, setDocument] = useState('')
  const [compared, setCompared] = useState<readonly Change[]>()
  const [force, setForce] = useState(false)
  const [error, setError] = useState<AdminError>()
  const put = async (body: PutContractRequest): Promise<ContractLoaded | undefined> => {
    setError(undefined)
    try {
      return await admin.send<ContractLoaded>('PUT', 'contract', body)
    } catch (thrown) {
      const failed = AdminError.of(thrown)
      const { changes } = (failed.problem ?? {}) as Partial<BreakingProblem>
      if (changes === undefined) setError(failed)
      else setCompared(changes)
      return undefined
    }
  }
  const compare = async (): Promise<void> => {
    const outcome = await put({ document, dryRun: true })
    if (outcome !== undefined) setCompared(outcome.changes)
  }
  const load = async (): Promise<void> => {
    const outcome = await put({ document, force })
    if (outcome?.loaded !== true) return
    tell(`Loaded the contract: ${plural(outcome.changes.length, 'change')}.`)
    onLoaded()
  }
  const change = (text: string): void => {
    setDocument(text)
    setCompared(undefined)
    setForce(false)
  }
  const breaking = compared?.filter(({ breaks }) => breaks).length ?? 0
  return (
    <Dialog title="Load another version of the contract" wide onClose={onClose}>
      <div className="field">
        <label htmlFor="document">AsyncAPI document, YAML or JSON</label>
        <textarea
          id="document"
          rows={8}
          spellCheck={false}
          value={document}
          onChange={(event) => change(event.target.value)}
        />
      </div>
      <div className="row">
        <FileButton accept=".yaml,.yml,.json" onFile={(file) => void file.text().then(change)}>
          Read a file …
        </FileButton>
        <button type="button" className="button" disabled={document.trim() === ''} onClick={() => void compare()}>
          Compare
        </button>
        <span className="muted" role="status">
          {compared === undefined
            ? 'Comparing loads nothing.'
            : breaking > 0
              ? `${plural(breaking, 'change')} of ${compared.length} would break clients.`
              : compared.length === 0
                ? 'To clients it is the same contract.'
                : `${plural(compared.length, 'change')}, none breaks clients.`}
        </span>
      </div>
      {compared === undefined || compared.length === 0 ? null : <Changes changes={compared} />}
      {error === undefined ? null : <ProblemBox error={error} />}
      {breaking > 0 ? (
        <label>
          <input type="checkbox" checked={force} onChange={(event) => setForce(event.target.checked)} />
          Load it although it breaks clients
        </label>
      ) : null}
      <div className="buttons">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button primary"
          disabled={compared === undefined || (breaking > 0 && !force)}
          onClick={() => void load()}
        >
          Load it
        </button>
      </div>
    </Dialog>
  )
}
