import { useState, type ReactElement, type ReactNode } from 'react'
import { link } from '../../app/route.ts'
import type { LogMessage, SchemaError } from '../../data/admin-types.gen.ts'
import { bytes, clock } from '../../elements/format.ts'
import { JsonLine, JsonView } from '../../elements/json-view.tsx'
import { type Column, Table } from '../../elements/table.tsx'

/** A message as the list shows it. */
export interface MessageRow {
  readonly key: string
  readonly message: Pick<LogMessage, 'time' | 'data' | 'bytes'> &
    Partial<LogMessage> & { readonly address?: string; readonly channel?: string }
  /** Refused messages say why. */
  readonly errors?: readonly SchemaError[]
}

/** Beside an unfolded message there is room for the first ones only. */
const columns = (hasAddress: boolean, isSplit: boolean): readonly Column<MessageRow>[] => [
  {
    key: 'time',
    title: 'Time',
    width: '110px',
    cell: ({ message }) => <time className="mono">{clock(message.time, { millis: true })}</time>,
  },
  ...(hasAddress
    ? [
        {
          key: 'address',
          title: 'Address',
          width: '150px',
          cell: ({ message: { channel = '', address = '' } }: MessageRow) => (
            <a className="mono" href={link('channels', channel, address)} tabIndex={-1}>
              {address}
            </a>
          ),
        },
      ]
    : []),
  {
    key: 'name',
    title: 'Message',
    width: '100px',
    cell: ({ message, errors }) => (errors === undefined ? message.name : <span className="badge bad">refused</span>),
  },
  { key: 'data', title: 'Payload', width: '4fr', cell: ({ message }) => <JsonLine value={message.data} /> },
  ...(isSplit ? [] : LAST_COLUMNS),
]

const LAST_COLUMNS: readonly Column<MessageRow>[] = [
  { key: 'bytes', title: 'Size', width: '76px', end: true, cell: ({ message }) => bytes(message.bytes) },
  {
    key: 'position',
    title: 'Position',
    width: '150px',
    end: true,
    cell: ({ message }) => <span className="mono muted">{message.position ?? ''}</span>,
  },
]

/** Messages in a list, and beside it the chosen one unfolded. */
export function MessageRows({
  label,
  rows,
  hasAddress,
  empty,
}: {
  readonly label: string
  readonly rows: readonly MessageRow[]
  readonly hasAddress: boolean
  readonly empty: ReactNode
}): ReactElement {
  const [chosen, setChosen] = useState<MessageRow>()
  return (
    <div className="split">
      <Table
        label={label}
        columns={columns(hasAddress, chosen !== undefined)}
        rows={rows}
        rowKey={({ key }) => key}
        minWidth={chosen !== undefined ? 480 : hasAddress ? 820 : 680}
        selected={chosen?.key}
        onOpen={setChosen}
        empty={empty}
      />
      {chosen === undefined ? null : (
        <aside className="panel side" aria-label="Message">
          <header>
            <h2 className="spread clip">{chosen.message.name ?? 'Refused message'}</h2>
            <button
              type="button"
              className="button small"
              onClick={() => void navigator.clipboard.writeText(JSON.stringify(chosen.message.data, undefined, 2))}
            >
              Copy
            </button>
            <button type="button" className="button small" onClick={() => setChosen(undefined)}>
              Close
            </button>
          </header>
          <div className="pad scrolling">
            <p className="muted side-facts">
              <span className="mono">{chosen.message.address ?? ''}</span>{' '}
              {clock(chosen.message.time, { millis: true })} · {bytes(chosen.message.bytes)}
            </p>
            <JsonView
              value={chosen.message.data}
              marks={(chosen.errors ?? []).map(({ pointer, expected, got }) => ({
                pointer,
                text: `expected ${expected}, got ${got}`,
              }))}
            />
          </div>
        </aside>
      )}
    </div>
  )
}
