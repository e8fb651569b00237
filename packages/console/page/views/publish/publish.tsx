import { useEffect, useId, useMemo, useState, type ReactElement } from 'react'
import { link } from '../../app/route.ts'
import { AdminError } from '../../data/admin-error.ts'
import type { ChannelDetails, MessageSchema, Published, SchemaError, Verdict } from '../../data/admin-types.gen.ts'
import { useAdmin } from '../../data/context.tsx'
import { JsonView } from '../../elements/json-view.tsx'
import { Empty } from '../../elements/panel.tsx'
import { ProblemBox } from '../../elements/problem.tsx'
import { useDebounced } from '../../elements/use-debounced.ts'
import { at, firstValue, type FormSchema, resolveSchema, withAt } from './form-model.ts'
import { SchemaField } from './schema-field.tsx'

/** Publishes as the application: a form that is made from the message's schema, or JSON by hand. */
export function Publish({
  channel,
  address,
}: {
  readonly channel: ChannelDetails
  readonly address: string | undefined
}): ReactElement {
  const { kind } = useAdmin()
  const [name, setName] = useState(channel.schemas[0]?.name ?? '')
  const schema = channel.schemas.find((candidate) => candidate.name === name)
  if (kind === 'snapshot') return <Empty title="Nothing can be published into a snapshot." />
  if (schema === undefined) return <Empty title="This channel has no messages." />
  return (
    <div className="publish">
      {channel.schemas.length > 1 ? (
        <div className="segments" role="group" aria-label="Message">
          {channel.schemas.map((candidate) => (
            <button
              key={candidate.name}
              type="button"
              aria-pressed={candidate.name === name}
              onClick={() => setName(candidate.name)}
            >
              {candidate.name}
            </button>
          ))}
        </div>
      ) : null}
      <PublishMessage key={name} channel={channel} schema={schema} address={address} />
    </div>
  )
}

interface PublishMessageProps {
  readonly channel: ChannelDetails
  readonly schema: MessageSchema
  readonly address: string | undefined
}

function PublishMessage({ channel, schema, address }: PublishMessageProps): ReactElement {
  const admin = useAdmin()
  const root = useMemo(() => asFormSchema(schema.payloadSchema), [schema.payloadSchema])
  const [parameters, setParameters] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(
      channel.parameters.map(({ name, default: value, enum: values }) => [name, value ?? values?.[0] ?? '']),
    ),
  )
  const [data, setData] = useState<unknown>(() => schema.example ?? firstValue(resolveSchema(root, root), root))
  // Set while JSON is written by hand.
  const [text, setText] = useState<string>()
  const [outcome, setOutcome] = useState<Published | AdminError>()
  const target = address ?? addressOf(channel.address, parameters)
  const isRaw = text !== undefined || schema.encoding !== 'json'
  const payload = useMemo(() => (text === undefined ? { value: data } : parse(text)), [text, data])
  const checked = useVerdict(target, schema, 'value' in payload ? payload.value : undefined)
  const errors: readonly SchemaError[] =
    outcome instanceof AdminError && outcome.errors.length > 0 ? outcome.errors : (checked?.errors ?? [])
  const publish = async (): Promise<void> => {
    if (!('value' in payload)) return
    try {
      const body = { address: target, data: payload.value, message: schema.name, encoding: schema.encoding }
      setOutcome(await admin.send<Published>('POST', 'publish', body))
    } catch (error) {
      setOutcome(AdminError.of(error))
    }
  }
  const change = (to: unknown): void => {
    setData(to)
    setOutcome(undefined)
  }
  return (
    <form
      className="publish-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void publish()
      }}
    >
      <div className="whole publish-head">
        {address === undefined ? <Parameters channel={channel} values={parameters} onChange={setParameters} /> : null}
        {schema.encoding === 'json' ? (
          <div className="segments" role="group" aria-label="How to write it">
            <button
              type="button"
              aria-pressed={!isRaw}
              disabled={!('value' in payload)}
              onClick={() => {
                if ('value' in payload) change(payload.value)
                setText(undefined)
              }}
            >
              Form
            </button>
            <button type="button" aria-pressed={isRaw} onClick={() => setText(JSON.stringify(data, undefined, 2))}>
              JSON
            </button>
          </div>
        ) : null}
        <span className="muted">{schema.summary}</span>
      </div>
      {isRaw ? (
        <RawPayload
          text={text ?? (typeof data === 'string' ? data : JSON.stringify(data, undefined, 2))}
          encoding={schema.encoding}
          broken={'broken' in payload ? payload.broken : undefined}
          errors={errors}
          onChange={(next) => {
            setOutcome(undefined)
            if (schema.encoding === 'json') setText(next)
            else setData(next)
          }}
        />
      ) : (
        <div>
          <SchemaField
            root={root}
            schema={resolveSchema(root, root)}
            label="Payload"
            pointer=""
            data={data}
            errors={errors}
            onChange={(pointer, value) => change(withAt(data, pointer, value))}
          />
          <Elsewhere errors={errors} data={data} root={root} />
        </div>
      )}
      <section className="panel outgoing" aria-label="What is published">
        <header>
          <h2 className="spread clip mono">{target}</h2>
          <button type="submit" className="button primary" disabled={!('value' in payload)}>
            Publish
          </button>
        </header>
        <div className="pad stack small-gap">
          <JsonView value={'value' in payload ? payload.value : undefined} />
          <p role="status">
            {outcome !== undefined && !(outcome instanceof AdminError) ? (
              <span className="good">
                Published at position <span className="mono">{outcome.position}</span>.{' '}
                <a href={link('channels', channel.id, outcome.address)}>Tail</a>
              </span>
            ) : errors.length > 0 ? (
              <span className="bad">Does not fit the contract.</span>
            ) : checked === undefined ? (
              <span className="muted">Checking …</span>
            ) : (
              <span className="good">Fits the contract.</span>
            )}
          </p>
        </div>
      </section>
      {outcome instanceof AdminError ? <ProblemBox error={outcome} /> : null}
    </form>
  )
}

function Parameters({
  channel,
  values,
  onChange,
}: {
  readonly channel: ChannelDetails
  readonly values: Readonly<Record<string, string>>
  readonly onChange: (values: Readonly<Record<string, string>>) => void
}): ReactElement {
  const id = useId()
  return (
    <div className="row wrap">
      {channel.parameters.map(({ name, enum: options, description }) => (
        <div key={name} className="field">
          <label htmlFor={`${id}-${name}`} title={description}>{`{${name}}`}</label>
          {options === undefined ? (
            <input
              id={`${id}-${name}`}
              type="text"
              value={values[name] ?? ''}
              onChange={(event) => onChange({ ...values, [name]: event.target.value })}
            />
          ) : (
            <select
              id={`${id}-${name}`}
              value={values[name]}
              onChange={(event) => onChange({ ...values, [name]: event.target.value })}
            >
              {options.map((option) => (
                <option key={option}>{option}</option>
              ))}
            </select>
          )}
        </div>
      ))}
    </div>
  )
}

function RawPayload({
  text,
  encoding,
  broken,
  errors,
  onChange,
}: {
  readonly text: string
  readonly encoding: MessageSchema['encoding']
  readonly broken: string | undefined
  readonly errors: readonly SchemaError[]
  readonly onChange: (text: string) => void
}): ReactElement {
  const label = { json: 'Payload as JSON', text: 'Payload', binary: 'Payload as base64' }[encoding]
  return (
    <div className="field">
      <label htmlFor="payload">{label}</label>
      <textarea
        id="payload"
        rows={Math.min(24, Math.max(8, text.split('\n').length + 1))}
        spellCheck={false}
        value={text}
        aria-invalid={broken !== undefined || errors.length > 0}
        aria-describedby="payload-errors"
        onChange={(event) => onChange(event.target.value)}
      />
      <span id="payload-errors" className="error" role="alert">
        {broken ??
          errors
            .map(({ pointer, expected, got }) => `${pointer || 'the whole'}: expected ${expected}, got ${got}`)
            .join('\n')}
      </span>
    </div>
  )
}

/** Errors at places that have no field: members that the schema does not know. */
function Elsewhere({
  errors,
  data,
  root,
}: {
  readonly errors: readonly SchemaError[]
  readonly data: unknown
  readonly root: FormSchema
}): ReactElement | null {
  const names = Object.keys(resolveSchema(root, root).properties ?? {})
  const others = errors.filter(
    ({ pointer }) => pointer !== '' && at(data, pointer) !== undefined && !names.includes(pointer.split('/')[1] ?? ''),
  )
  if (others.length === 0) return null
  return (
    <ul className="field-error">
      {others.map(({ pointer, expected, got }) => (
        <li key={pointer}>
          <code>{pointer}</code>: expected {expected}, got {got}
        </li>
      ))}
    </ul>
  )
}

/** What the server says about it, asked once the typing rests. */
function useVerdict(address: string, schema: MessageSchema, data: unknown): Verdict | undefined {
  const admin = useAdmin()
  const [verdict, setVerdict] = useState<Verdict>()
  const asked = useDebounced(JSON.stringify({ address, data, message: schema.name, encoding: schema.encoding }), 300)
  useEffect(() => {
    let isCurrent = true
    const body = JSON.parse(asked) as { readonly data?: unknown }
    if (body.data === undefined) return
    admin
      .send<Verdict>('POST', 'quarantine/validate', body)
      .then((next) => {
        if (isCurrent) setVerdict(next)
      })
      // Publishing will say it.
      .catch(() => {
        if (isCurrent) setVerdict(undefined)
      })
    return () => {
      isCurrent = false
    }
  }, [admin, asked])
  return verdict
}

function parse(text: string): { readonly value: unknown } | { readonly broken: string } {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch (error) {
    return { broken: (error as Error).message }
  }
}

function asFormSchema(schema: unknown): FormSchema {
  return typeof schema === 'object' && schema !== null ? schema : {}
}

function addressOf(template: string, parameters: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''))
}
