import { useEffect, useMemo, useState, type ReactElement } from 'react'
import { link } from '../../app/route.ts'
import { tell } from '../../app/toasts.tsx'
import { pathOf } from '../../data/admin.ts'
import { AdminError } from '../../data/admin-error.ts'
import type {
  Dropped,
  Edit,
  QuarantinedMessage,
  QuarantineGroup,
  Replayed,
  Verdict,
} from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { clock, count, plural } from '../../elements/format.ts'
import { JsonView } from '../../elements/json-view.tsx'
import { ProblemBox } from '../../elements/problem.tsx'
import { useDebounced } from '../../elements/use-debounced.ts'
import { editBetween, wordsOf } from './edit-between.ts'

interface RepairProps {
  readonly group: QuarantineGroup
  readonly message: QuarantinedMessage
  readonly onChanged: () => void
}

/** One refused message beside its errors; repaired here, and all others of its cause the same way. */
export function Repair({ group, message, onChanged }: RepairProps): ReactElement {
  const admin = useAdmin()
  const [text, setText] = useState<string>()
  const [error, setError] = useState<AdminError>()
  const [tried, setTried] = useState<{ readonly edit: Edit | undefined; readonly outcome: Replayed }>()
  const edited = useMemo(() => (text === undefined ? undefined : parse(text, message)), [text, message])
  const verdict = useVerdict(message, edited !== undefined && 'value' in edited ? edited.value : undefined)
  const edit =
    edited !== undefined && 'value' in edited
      ? editBetween(message.data, edited.value)
      : (group.suggestion ?? undefined)
  const isSnapshot = admin.kind === 'snapshot'
  const act = async (what: () => Promise<void>): Promise<void> => {
    setError(undefined)
    try {
      await what()
    } catch (thrown) {
      setError(AdminError.of(thrown))
    }
  }
  const replay = (body: object): Promise<Replayed> =>
    admin.send<Replayed>('POST', `${pathOf('quarantine', group.id)}/replay`, body)
  const replayOne = (): Promise<void> =>
    act(async () => {
      const edits =
        text === undefined ? (group.suggestion === null ? {} : { edit: group.suggestion }) : { edit: { text } }
      const outcome = await replay({ ...edits, messages: [message.id] })
      report(outcome)
    })
  const tryAll = (): Promise<void> =>
    act(async () =>
      setTried({ edit, outcome: await replay({ ...(edit === undefined ? {} : { edit }), dryRun: true }) }),
    )
  const replayAll = (): Promise<void> =>
    act(async () => {
      const outcome = await replay(tried?.edit === undefined ? {} : { edit: tried.edit })
      setTried(undefined)
      report(outcome)
    })
  const dropOne = (): Promise<void> =>
    act(async () => {
      await admin.send<Dropped>(
        'DELETE',
        `${pathOf('quarantine', group.id)}/messages/${encodeURIComponent(message.id)}`,
      )
      tell('Dropped one message.')
      onChanged()
    })
  const report = ({ replayed, refused, firstRefusal }: Replayed): void => {
    if (replayed > 0) tell(`Replayed ${plural(replayed, 'message')}.`)
    if (refused > 0)
      setError(new AdminError('refused', `${plural(refused, 'message')} stayed: ${whyNot(firstRefusal)}`))
    onChanged()
  }
  const isCurrentTry = tried !== undefined && JSON.stringify(tried.edit) === JSON.stringify(edit)
  return (
    <section className="panel side repair" aria-label="Repair">
      <header>
        <h2 className="spread clip">
          <a className="mono" href={link('channels', message.channel, message.address)}>
            {message.address}
          </a>
        </h2>
        <span className="muted">{clock(message.time)}</span>
      </header>
      <div className="pad scrolling stack">
        <p className="muted">
          Sent by <Sender sender={message.sender} />, refused by contract {message.contract}: {message.detail}
        </p>
        {text === undefined ? (
          <JsonView
            value={message.data}
            marks={message.errors.map(({ pointer, expected, got }) => ({
              pointer,
              text: `expected ${expected}, got ${got}`,
            }))}
          />
        ) : (
          <div className="field">
            <label htmlFor="repair">Repaired payload</label>
            <textarea
              id="repair"
              rows={Math.min(20, text.split('\n').length + 2)}
              spellCheck={false}
              value={text}
              aria-invalid={verdict?.valid === false || (edited !== undefined && 'broken' in edited)}
              aria-describedby="repair-verdict"
              onChange={(event) => setText(event.target.value)}
            />
            <span id="repair-verdict" role="status">
              {edited !== undefined && 'broken' in edited ? (
                <span className="bad">{edited.broken}</span>
              ) : verdict === undefined ? (
                <span className="muted">Checking …</span>
              ) : verdict.valid ? (
                <span className="good">Valid{verdict.message === null ? '' : `: ${verdict.message}`}.</span>
              ) : (
                <span className="bad">{whyNot(verdict)}</span>
              )}
            </span>
          </div>
        )}
        {isSnapshot ? null : (
          <div className="row wrap">
            {text === undefined ? (
              <button type="button" className="button" onClick={() => setText(pretty(message))}>
                Edit
              </button>
            ) : (
              <button type="button" className="button" onClick={() => setText(undefined)}>
                Discard the edit
              </button>
            )}
            <button
              type="button"
              className="button"
              disabled={text !== undefined && verdict?.valid !== true}
              onClick={() => void replayOne()}
            >
              Replay this one
            </button>
            <button type="button" className="button danger" onClick={() => void dropOne()}>
              Drop this one
            </button>
          </div>
        )}
        {isSnapshot ? null : (
          <div className="all">
            <h3>All {count(group.kept)} of this cause</h3>
            {edit === undefined ? (
              <p className="muted">
                {text === undefined
                  ? 'No repair follows from the errors. Edit one message, and the same is done to the others; or change the contract, and replay them as they are.'
                  : 'Change the message above; what you change is what happens to the others.'}
              </p>
            ) : (
              <ul>
                {wordsOf(edit).map((step) => (
                  <li key={step}>
                    <code>{step}</code>
                  </li>
                ))}
              </ul>
            )}
            <div className="row wrap">
              <button type="button" className="button" onClick={() => void tryAll()}>
                Try on all
              </button>
              <button
                type="button"
                className="button primary"
                disabled={!isCurrentTry || tried.outcome.replayed === 0}
                onClick={() => void replayAll()}
              >
                Replay {isCurrentTry ? count(tried.outcome.replayed) : 'all'}
              </button>
            </div>
            <p role="status">
              {isCurrentTry ? (
                <>
                  <span className={tried.outcome.replayed > 0 ? 'good' : ''}>
                    {count(tried.outcome.replayed)} would be published
                  </span>
                  ,{' '}
                  <span className={tried.outcome.refused > 0 ? 'bad' : ''}>
                    {count(tried.outcome.refused)} would stay
                  </span>
                  .
                  {tried.outcome.firstRefusal === null ? null : (
                    <span className="muted"> The first: {whyNot(tried.outcome.firstRefusal)}</span>
                  )}
                </>
              ) : (
                <span className="muted">Trying publishes nothing. It shows how many the contract would take.</span>
              )}
            </p>
          </div>
        )}
        {error === undefined ? null : <ProblemBox error={error} />}
      </div>
    </section>
  )
}

function Sender({ sender }: Pick<QuarantinedMessage, 'sender'>): ReactElement {
  const { door, connection, remote, principal } = sender
  const name = principal ?? remote ?? 'somebody'
  return (
    <>
      {connection === undefined ? name : <a href={link('connections', connection)}>{name}</a>} ({door}
      {remote === undefined || remote === name ? '' : `, ${remote}`})
    </>
  )
}

function whyNot(verdict: Verdict | null): string {
  return (verdict?.errors ?? [])
    .map(({ pointer, expected, got }) => `${pointer || 'the whole'}: expected ${expected}, got ${got}`)
    .join('; ')
}

function useVerdict(message: QuarantinedMessage, value: unknown): Verdict | undefined {
  const admin = useAdmin()
  const [verdict, setVerdict] = useState<Verdict>()
  const { address, name, encoding } = message
  const key = useDebounced(
    JSON.stringify({ address, data: value, encoding, ...(name === null ? {} : { message: name }) }),
    250,
  )
  useEffect(() => {
    setVerdict(undefined)
    if (!('data' in (JSON.parse(key) as object))) return
    let isCurrent = true
    admin
      .send<Verdict>('POST', 'quarantine/validate', JSON.parse(key))
      .then((next) => {
        if (isCurrent) setVerdict(next)
      })
      .catch((error: unknown) => {
        const { message: text } = AdminError.of(error)
        if (isCurrent)
          setVerdict({ valid: false, message: null, errors: [{ pointer: '', expected: 'an answer', got: text }] })
      })
    return () => {
      isCurrent = false
    }
  }, [admin, key])
  return verdict
}

function pretty({ data, text, encoding }: QuarantinedMessage): string {
  return encoding === 'json' && typeof data !== 'string' ? JSON.stringify(data, undefined, 2) : text
}

function parse(
  text: string,
  { encoding }: QuarantinedMessage,
): { readonly value: unknown } | { readonly broken: string } {
  if (encoding !== 'json') return { value: text }
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { broken: (error as Error).message }
  }
}
