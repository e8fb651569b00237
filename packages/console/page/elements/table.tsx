import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react'

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

interface TableProps<Row> {
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly sorting?: Sorting
  readonly onSort?: (sorting: Sorting) => void
  /** The link of a row: Enter and a click lead there. */
  readonly href?: (row: Row) => string
  /** Instead of a link: what Enter and a click do. */
  readonly onOpen?: (row: Row) => void
  readonly selected?: string | undefined
  readonly empty: ReactNode
  readonly foot?: ReactNode
  /** Narrower than this it scrolls sideways, in pixels. */
  readonly minWidth?: number
  /** More rows can be had: called when the last ones come into sight. */
  readonly onEnd?: () => void
  /** How many rows there are, those included that are not here yet. */
  readonly total?: number
}

const ROW_PX = 30
/** So many rows before the end the next page is asked for. */
const AHEAD = 60

/** A table of any length: only the rows in sight are in the page. Arrow keys, Home, End and the page keys move along its rows. */
export function Table<Row>(props: TableProps<Row>): ReactElement {
  const {
    label,
    columns,
    rows,
    rowKey,
    sorting,
    onSort,
    href,
    selected,
    empty,
    foot,
    minWidth = 640,
    onEnd,
    onOpen,
  } = props
  const total = Math.max(rows.length, props.total ?? 0)
  const scroll = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string>()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  const style = {
    '--columns': columns.map(({ width }) => `minmax(0, ${width})`).join(' '),
    '--min-width': `${minWidth}px`,
  } as CSSProperties
  const currentIndex = useMemo(() => {
    const index = current === undefined ? -1 : rows.findIndex((row) => rowKey(row) === current)
    return index === -1 ? 0 : index
  }, [current, rows, rowKey])
  const items = virtual.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (onEnd !== undefined && lastShown >= rows.length - AHEAD) onEnd()
  }, [onEnd, lastShown, rows.length])
  const wantsFocus = useRef(false)
  useEffect(() => {
    if (!wantsFocus.current) return
    // It may come into the page only with the next scroll position.
    const row = scroll.current?.querySelector<HTMLElement>(`[data-index="${currentIndex}"]`)
    if (row === null || row === undefined) return
    wantsFocus.current = false
    row.focus({ preventScroll: true })
  })
  const open = useCallback(
    (row: Row) => {
      if (onOpen !== undefined) onOpen(row)
      else if (href !== undefined) location.hash = href(row)
    },
    [onOpen, href],
  )
  const isOpenable = onOpen !== undefined || href !== undefined
  const onKeyDown = useCallback(
    (event: KeyboardEvent<HTMLDivElement>) => {
      const target = event.target as HTMLElement
      if (!target.hasAttribute('data-index')) return
      const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 300) / ROW_PX) - 2)
      const to = indexAfter(event.key, Number(target.dataset['index']), rows.length, page)
      if (to === undefined) {
        if (event.key === 'Enter') open(rows[Number(target.dataset['index'])] as Row)
        return
      }
      event.preventDefault()
      wantsFocus.current = true
      setCurrent(rowKey(rows[to] as Row))
      virtual.scrollToIndex(to)
    },
    [rows, rowKey, open, virtual],
  )
  return (
    <div className="table grow" style={style}>
      {/* The label is read with the position of the row: what is not in the page is counted too. */}
      <div
        ref={scroll}
        className="scroll"
        role="table"
        aria-label={label}
        aria-rowcount={total + 1}
        onKeyDown={onKeyDown}
        tabIndex={rows.length === 0 ? 0 : -1}
      >
        <div role="rowgroup" className="head-group">
          <div className="head" role="row" aria-rowindex={1}>
            {columns.map((column) => (
              <Heading key={column.key} column={column} sorting={sorting} onSort={onSort} />
            ))}
          </div>
        </div>
        {rows.length === 0 ? (
          <div role="rowgroup">
            <div role="row">
              <div role="cell" className="empty">
                {empty}
              </div>
            </div>
          </div>
        ) : (
          <div className="body virtual" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start }) => {
              const row = rows[index]
              if (row === undefined) return null
              const id = rowKey(row)
              return (
                <div
                  key={id}
                  role="row"
                  aria-rowindex={index + 2}
                  data-index={index}
                  className={id === selected ? 'line selected' : 'line'}
                  aria-current={id === selected ? 'true' : undefined}
                  style={{ transform: `translateY(${start}px)`, cursor: isOpenable ? 'pointer' : undefined }}
                  tabIndex={index === currentIndex ? 0 : -1}
                  onFocus={(event) => {
                    if (event.target === event.currentTarget) setCurrent(id)
                  }}
                  onClick={(event) => {
                    if (!isOpenable || (event.target as HTMLElement).closest('a,button,input') !== null) return
                    if (getSelection()?.isCollapsed === false) return
                    open(row)
                  }}
                >
                  {columns.map((column) => (
                    <div key={column.key} role="cell" className={column.end === true ? 'cell end' : 'cell'}>
                      {column.cell(row)}
                    </div>
                  ))}
                </div>
              )
            })}
          </div>
        )}
      </div>
      {foot === undefined ? null : <div className="foot">{foot}</div>}
    </div>
  )
}

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

/** Where a key leads from a row; undefined for keys that mean nothing here. */
export function indexAfter(key: string, from: number, length: number, page: number): number | undefined {
  const last = length - 1
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, from + 1)
    case 'ArrowUp':
      return Math.max(0, from - 1)
    case 'PageDown':
      return Math.min(last, from + page)
    case 'PageUp':
      return Math.max(0, from - page)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
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
