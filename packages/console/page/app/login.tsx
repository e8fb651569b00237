import { useState, type ReactElement } from 'react'
import { AdminError } from '../data/admin-error.ts'
import type { Session } from '../data/admin-types.gen.ts'
import type { ServerAdmin } from '../data/server-admin.ts'
import { Mark } from './icons.tsx'

/** Exchanges the admin token for a cookie that no script can read. The token is kept nowhere. */
export function Login({ server, onIn }: { readonly server: ServerAdmin; readonly onIn: () => void }): ReactElement {
  const [token, setToken] = useState('')
  const [error, setError] = useState<string>()
  const submit = async (): Promise<void> => {
    try {
      await server.send<Session>('POST', 'session', { token: token.trim() })
      onIn()
    } catch (thrown) {
      const { code, message } = AdminError.of(thrown)
      setError(code === 'unreachable' ? message : `The token was refused: ${message}`)
    }
  }
  return (
    <main className="gate">
      <form
        className="panel gate-box"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <h1 className="row">
          <Mark /> Hydrant console
        </h1>
        <div className="field">
          <label htmlFor="token">Admin token</label>
          <input
            id="token"
            type="password"
            autoComplete="current-password"
            required
            value={token}
            aria-invalid={error !== undefined}
            aria-describedby="token-hint"
            onChange={(event) => setToken(event.target.value)}
          />
          <span id="token-hint" className="hint">
            The content of the file that <code>--admin-token-file</code> names.
          </span>
          {error === undefined ? null : (
            <span className="error" role="alert">
              {error}
            </span>
          )}
        </div>
        <button type="submit" className="button primary">
          Let me in
        </button>
      </form>
    </main>
  )
}
