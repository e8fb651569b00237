import { useState, type ReactElement } from 'react'
import type { SchemaError } from '../../data/admin-types.gen.ts'
import { escapeToken } from '../../elements/json-view.tsx'
import { at, fieldKind, firstValue, type FormSchema, hintOf, numberOf, resolveSchema } from './form-model.ts'

interface FieldProps {
  readonly root: FormSchema
  readonly schema: FormSchema
  readonly label: string
  readonly pointer: string
  /** The whole payload. */
  readonly data: unknown
  readonly errors: readonly SchemaError[]
  readonly onChange: (pointer: string, value: unknown) => void
}

/** The inputs for what a schema describes, with the server's errors at their places. */
export function SchemaField(props: FieldProps): ReactElement {
  const { schema, pointer, data, errors } = props
  const own = errors.filter((error) => error.pointer === pointer)
  const kind = fieldKind(schema)
  if (kind === 'object') return <ObjectField {...props} own={own} />
  if (kind === 'array') return <ArrayField {...props} own={own} />
  const value = at(data, pointer)
  const id = `field-${pointer}`
  const describedBy = [
    schema.description === undefined && hintOf(schema) === '' ? '' : `${id}-hint`,
    own.length > 0 ? `${id}-error` : '',
  ]
    .filter(Boolean)
    .join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <Input {...props} kind={kind} value={value} id={id} isWrong={own.length > 0} describedBy={describedBy} />
      <Hint id={`${id}-hint`} schema={schema} />
      <Errors id={`${id}-error`} errors={own} />
    </div>
  )
}

interface InputProps extends FieldProps {
  readonly kind: ReturnType<typeof fieldKind>
  readonly value: unknown
  readonly id: string
  readonly isWrong: boolean
  readonly describedBy: string
}

function Input({ kind, schema, value, id, isWrong, describedBy, pointer, onChange }: InputProps): ReactElement {
  const common = { id, 'aria-invalid': isWrong, ...(describedBy === '' ? {} : { 'aria-describedby': describedBy }) }
  switch (kind) {
    case 'fixed':
      return <input {...common} type="text" className="mono" readOnly value={JSON.stringify(schema.const)} />
    case 'choice': {
      const options = schema.enum ?? []
      const index = options.findIndex((option) => JSON.stringify(option) === JSON.stringify(value))
      return (
        <select {...common} value={index} onChange={(event) => onChange(pointer, options[Number(event.target.value)])}>
          {index === -1 ? <option value={-1}>{JSON.stringify(value) ?? ''}</option> : null}
          {options.map((option, place) => (
            <option key={JSON.stringify(option)} value={place}>
              {typeof option === 'string' ? option : JSON.stringify(option)}
            </option>
          ))}
        </select>
      )
    }
    case 'boolean':
      return (
        <select
          {...common}
          value={String(value)}
          onChange={(event) => onChange(pointer, event.target.value === 'true')}
        >
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      )
    case 'number':
      return <NumberInput common={common} value={value} onChange={(next) => onChange(pointer, next)} />
    case 'text':
      return (
        <input
          {...common}
          type="text"
          autoComplete="off"
          value={typeof value === 'string' ? value : (JSON.stringify(value) ?? '')}
          onChange={(event) => onChange(pointer, event.target.value)}
        />
      )
    default:
      return <JsonInput common={common} value={value} onChange={(next) => onChange(pointer, next)} />
  }
}

interface TextInputProps {
  readonly common: { readonly id: string; readonly 'aria-invalid': boolean }
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}

/** Keeps what is typed: `1.` and `-` are on their way to a number. */
function NumberInput({ common, value, onChange }: TextInputProps): ReactElement {
  const [text, setText] = useState(() => textOf(value))
  const shown = numberOf(text) === value ? text : textOf(value)
  return (
    <input
      {...common}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      value={shown}
      onChange={(event) => {
        setText(event.target.value)
        onChange(numberOf(event.target.value))
      }}
    />
  )
}

function JsonInput({ common, value, onChange }: TextInputProps): ReactElement {
  const [text, setText] = useState(() => JSON.stringify(value, undefined, 2) ?? '')
  const [isBroken, setBroken] = useState(false)
  return (
    <>
      <textarea
        {...common}
        aria-invalid={common['aria-invalid'] || isBroken}
        rows={3}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          try {
            onChange(JSON.parse(event.target.value))
            setBroken(false)
          } catch {
            setBroken(true)
          }
        }}
      />
      {isBroken ? <span className="error">This is not JSON yet; the value before it is used.</span> : null}
    </>
  )
}

function ObjectField(props: FieldProps & { readonly own: readonly SchemaError[] }): ReactElement {
  const { root, schema, pointer, data, errors, onChange, own, label } = props
  const value = at(data, pointer)
  const properties = Object.entries(schema.properties ?? {})
  const has = (name: string): boolean => typeof value === 'object' && value !== null && name in value
  return (
    <fieldset className={pointer === '' ? 'fields top-level' : 'fields'}>
      <legend className={pointer === '' ? 'hidden' : ''}>{label}</legend>
      <Errors id={`field-${pointer}-error`} errors={own} />
      {properties.map(([name, member]) => {
        const resolved = resolveSchema(member, root)
        const to = `${pointer}/${escapeToken(name)}`
        const isRequired = schema.required?.includes(name) === true
        if (!has(name)) {
          const missing = errors.filter((error) => error.pointer === to)
          return (
            <div key={name} className="field absent">
              <span className="label">
                {name} <span className="muted">{isRequired ? 'required' : 'not sent'}</span>
              </span>
              <button type="button" className="button small" onClick={() => onChange(to, firstValue(resolved, root))}>
                Add {name}
              </button>
              <Errors id={`field-${to}-error`} errors={missing} />
            </div>
          )
        }
        return (
          <div key={name} className="member">
            <SchemaField {...props} schema={resolved} label={name} pointer={to} />
            {isRequired ? null : (
              <button type="button" className="button quiet small" onClick={() => onChange(to, undefined)}>
                Leave out <span className="hidden">{name}</span>
              </button>
            )}
          </div>
        )
      })}
    </fieldset>
  )
}

function ArrayField(props: FieldProps & { readonly own: readonly SchemaError[] }): ReactElement {
  const { root, schema, pointer, data, onChange, own, label } = props
  const value = at(data, pointer)
  const items = Array.isArray(value) ? value : []
  const itemSchema = resolveSchema(schema.items, root)
  return (
    <fieldset className="fields">
      <legend>{label}</legend>
      <Hint id={`field-${pointer}-hint`} schema={schema} />
      <Errors id={`field-${pointer}-error`} errors={own} />
      {items.map((_item, index) => (
        <div key={index} className="member">
          <SchemaField {...props} schema={itemSchema} label={`${label} ${index + 1}`} pointer={`${pointer}/${index}`} />
          <button
            type="button"
            className="button quiet small"
            onClick={() => onChange(`${pointer}/${index}`, undefined)}
          >
            Remove
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button small"
        onClick={() => onChange(pointer, [...items, firstValue(itemSchema, root)])}
      >
        Add to {label}
      </button>
    </fieldset>
  )
}

function Hint({ id, schema }: { readonly id: string; readonly schema: FormSchema }): ReactElement | null {
  const hint = [schema.description, hintOf(schema)].filter(Boolean).join(' · ')
  return hint === '' ? null : (
    <span id={id} className="hint">
      {hint}
    </span>
  )
}

function Errors({ id, errors }: { readonly id: string; readonly errors: readonly SchemaError[] }): ReactElement | null {
  if (errors.length === 0) return null
  return (
    <span id={id} className="error" role="alert">
      {errors.map(({ expected, got }) => `Expected ${expected}, got ${got}`).join('. ')}
    </span>
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
