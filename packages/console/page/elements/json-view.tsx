import { Fragment, type ReactElement, type ReactNode } from 'react'

/** Something to be said at a place of a document. */
export interface Mark {
  /** RFC 6901. */
  readonly pointer: string
  readonly text: string
}

const NO_MARKS: readonly Mark[] = []

/** A document, coloured and unfolded, with marks at the places that they are about. Everything is text: nothing in it is ever markup. */
export function JsonView({
  value,
  marks = NO_MARKS,
}: {
  readonly value: unknown
  readonly marks?: readonly Mark[]
}): ReactElement {
  return (
    // A long document scrolls: that has to be possible with the keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className="json" tabIndex={0} role="group" aria-label="JSON">
      {node(value, '', 0, marks)}
      {notesAt(marks, '')}
    </pre>
  )
}

/** A document in one line, for rows. Long ones are cut: the full one is a click away. */
export function JsonLine({ value, max = 400 }: { readonly value: unknown; readonly max?: number }): ReactElement {
  const text = JSON.stringify(value) ?? 'undefined'
  return <span className="json-line">{tokens(text.length > max ? `${text.slice(0, max)}…` : text)}</span>
}

function node(value: unknown, pointer: string, depth: number, marks: readonly Mark[]): ReactNode {
  if (typeof value !== 'object' || value === null) {
    const marked = marks.some((mark) => mark.pointer === pointer)
    const shown = atom(value)
    return marked ? <span className="marked">{shown}</span> : shown
  }
  const entries = Object.entries(value)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (entries.length === 0) return `${open}${close}`
  const indent = '  '.repeat(depth + 1)
  return (
    <>
      {open}
      {entries.map(([key, member], index) => {
        const at = `${pointer}/${escapeToken(key)}`
        return (
          <Fragment key={key}>
            {`\n${indent}`}
            {Array.isArray(value) ? null : (
              <>
                <span className="key">{JSON.stringify(key)}</span>
                {': '}
              </>
            )}
            {node(member, at, depth + 1, marks)}
            {index < entries.length - 1 ? ',' : ''}
            {notesAt(marks, at)}
          </Fragment>
        )
      })}
      {`\n${'  '.repeat(depth)}${close}`}
    </>
  )
}

function notesAt(marks: readonly Mark[], pointer: string): ReactNode {
  return marks
    .filter((mark) => mark.pointer === pointer)
    .map(({ text }, index) => (
      <span key={index} className="note">
        {'   '}◂ {text}
      </span>
    ))
}

function atom(value: unknown): ReactElement {
  const text = JSON.stringify(value) ?? 'undefined'
  return (
    <span className={typeof value === 'string' ? 'string' : typeof value === 'number' ? 'number' : 'atom'}>{text}</span>
  )
}

const TOKEN = /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)/g

function tokens(text: string): ReactNode[] {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > from) parts.push(text.slice(from, match.index))
    const [whole, string, colon, number] = match
    const kind =
      string === undefined ? (number === undefined ? 'atom' : 'number') : colon === undefined ? 'string' : 'key'
    parts.push(
      <span key={match.index} className={kind}>
        {string ?? whole}
      </span>,
    )
    if (colon !== undefined) parts.push(colon)
    from = match.index + whole.length
  }
  if (from < text.length) parts.push(text.slice(from))
  return parts
}

/** One segment of a JSON pointer. */
export function escapeToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
