import type { ReactElement, ReactNode } from 'react'
import { VirtualTable, type VirtualTableProps } from './virtual-table.tsx'

/** One column of a table. */
export interface Column<Row> {
  readonly key: string
  readonly title: string
  /** A CSS grid track: `2fr`, `90px`. */
  readonly width: string
  /** Numbers stand at the end. */
  readonly end?: boolean
  readonly cell: (row: Row) => ReactNode
  /** Makes the column sortable. */
  readonly sort?: (row: Row) => number | string
}

export interface Sorting {
  readonly key: string
  readonly descending: boolean
}

interface TableProps<Row> extends Pick<VirtualTableProps<Row>, 'label' | 'rows' | 'empty' | 'foot' | 'onEnd'> {
  readonly columns: readonly Column<Row>[]
  readonly rowKey: (row: Row) => string
  readonly sorting?: Sorting
  readonly onSort?: (sorting: Sorting) => void
  /** The link of a row: Enter and a click lead there. */
  readonly href?: (row: Row) => string
  /** Instead of a link: what Enter and a click do. */
  readonly onOpen?: (row: Row) => void
  readonly selected?: string | undefined
  /** Narrower than this it scrolls sideways, in pixels. Default 640. */
  readonly minWidth?: number
  /** How many rows there are, those included that are not here yet. */
  readonly total?: number
}

/** A table of any length, with headings that sort. */
export function Table<Row>(props: TableProps<Row>): ReactElement {
  const { columns, rows, rowKey, sorting, onSort, href, selected, onOpen } = props
  const open = onOpen ?? (href === undefined ? undefined : (row: Row) => void (location.hash = href(row)))
  return (
    <VirtualTable
      {...props}
      role="table"
      widths={columns.map(({ width }) => width)}
      minWidth={props.minWidth ?? 640}
      total={Math.max(rows.length, props.total ?? 0)}
      keyOf={rowKey}
      onOpen={open}
      attributesOf={(row) =>
        rowKey(row) === selected ? { className: 'line selected', 'aria-current': 'true' } : NOT_SELECTED
      }
      headings={columns.map((column) => (
        <Heading key={column.key} column={column} sorting={sorting} onSort={onSort} />
      ))}
      cellsOf={(row) =>
        columns.map((column) => (
          <div key={column.key} role="cell" className={column.end === true ? 'cell end' : 'cell'}>
            {column.cell(row)}
          </div>
        ))
      }
    />
  )
}

const NOT_SELECTED = {}

function Heading<Row>({
  column,
  sorting,
  onSort,
}: {
  readonly column: Column<Row>
  readonly sorting: Sorting | undefined
  readonly onSort: ((sorting: Sorting) => void) | undefined
}): ReactElement {
  const className = column.end === true ? 'cell end' : 'cell'
  if (column.sort === undefined || onSort === undefined) {
    return (
      <div role="columnheader" className={className}>
        {column.title}
      </div>
    )
  }
  const isSorted = sorting?.key === column.key
  const direction = sorting?.descending === true ? 'descending' : 'ascending'
  return (
    <div role="columnheader" className={className} aria-sort={isSorted ? direction : 'none'}>
      <button
        type="button"
        // The first click on a column of numbers shows the greatest.
        onClick={() => onSort({ key: column.key, descending: isSorted ? !sorting.descending : column.end === true })}
      >
        {column.title}
        <span className="arrow" aria-hidden="true">
          {isSorted ? (sorting.descending ? '▼' : '▲') : ''}
        </span>
      </button>
    </div>
  )
}

/** Rows in the order of a column; equal ones stay as they were. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting): readonly Row[] {
  const by = columns.find(({ key }) => key === sorting.key)?.sort
  if (by === undefined) return rows
  const sign = sorting.descending ? -1 : 1
  const keyed = rows.map((row) => ({ row, by: by(row) }))
  keyed.sort((a, b) => (a.by < b.by ? -sign : a.by > b.by ? sign : 0))
  return keyed.map(({ row }) => row)
}
