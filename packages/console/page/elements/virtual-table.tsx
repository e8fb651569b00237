import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type HTMLAttributes,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react'

/** What a table and a tree have in common. */
export interface VirtualTableProps<Row> {
  readonly label: string
  readonly role: 'table' | 'treegrid'
  /** CSS grid tracks: `2fr`, `90px`. */
  readonly widths: readonly string[]
  readonly headings: ReactNode
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
  /** The cells of a row. */
  readonly cellsOf: (row: Row) => ReactNode
  /** What else a row says of itself. */
  readonly attributesOf: (row: Row) => HTMLAttributes<HTMLDivElement>
  /** What a click on a row, or Enter, does; nothing without it. */
  readonly onOpen?: ((row: Row, by: 'click' | 'key') => void) | undefined
  /** Keys beyond those that move along the rows; true when it meant something. */
  readonly onKey?: (key: string, index: number, goTo: (index: number) => void) => boolean
  readonly empty: ReactNode
  readonly foot?: ReactNode
  /** Narrower than this it scrolls sideways, in pixels. */
  readonly minWidth: number
  /** More rows can be had: called when the last ones come into sight. */
  readonly onEnd?: (() => void) | undefined
  /** How many rows there are, those included that are not here yet. */
  readonly total: number
}

const ROW_PX = 30
/** So many rows before the end the next page is asked for. */
const AHEAD = 60

/** Rows of any number: only those in sight are in the page. Arrow keys, Home, End and the page keys move along them. */
export function VirtualTable<Row>(props: VirtualTableProps<Row>): ReactElement {
  const { label, role, widths, headings, rows, keyOf, cellsOf, attributesOf, onOpen, onKey, empty, foot, total } = props
  const scroll = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string>()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  const items = virtual.getVirtualItems()
  useEnd(props.onEnd, items.at(-1)?.index ?? 0, rows.length)
  const currentIndex = useMemo(() => {
    const index = current === undefined ? -1 : rows.findIndex((row) => keyOf(row) === current)
    return index === -1 ? 0 : index
  }, [current, rows, keyOf])
  const wantsFocus = useRef(false)
  useEffect(() => {
    if (!wantsFocus.current) return
    // It may come into the page only with the next scroll position.
    const row = scroll.current?.querySelector<HTMLElement>(`[data-index="${currentIndex}"]`)
    if (row === null || row === undefined) return
    wantsFocus.current = false
    row.focus({ preventScroll: true })
  })
  const goTo = (index: number): void => {
    wantsFocus.current = true
    setCurrent(keyOf(rows[index] as Row))
    virtual.scrollToIndex(index)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const target = event.target as HTMLElement
    if (!target.hasAttribute('data-index')) return
    const index = Number(target.dataset['index'])
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 300) / ROW_PX) - 2)
    const to = indexAfter(event.key, index, rows.length, page)
    if (to !== undefined) goTo(to)
    else if (event.key === 'Enter') onOpen?.(rows[index] as Row, 'key')
    else if (onKey?.(event.key, index, goTo) !== true) return
    event.preventDefault()
  }
  const style = {
    '--columns': widths.map((width) => `minmax(0, ${width})`).join(' '),
    '--min-width': `${props.minWidth}px`,
  } as CSSProperties
  return (
    <div className="table grow" style={style}>
      {/* The label is read with the position of the row: what is not in the page is counted too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- it has a role: one of two */}
      <div
        ref={scroll}
        className="scroll"
        role={role}
        aria-label={label}
        aria-rowcount={total + 1}
        onKeyDown={onKeyDown}
        tabIndex={rows.length === 0 ? 0 : -1}
      >
        <div role="rowgroup" className="head-group">
          <div className="head" role="row" aria-rowindex={1}>
            {headings}
          </div>
        </div>
        {rows.length === 0 ? (
          <div role="rowgroup">
            <div role="row">
              <div role={role === 'table' ? 'cell' : 'gridcell'} className="empty">
                {empty}
              </div>
            </div>
          </div>
        ) : (
          <div className="body virtual" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start }) => {
              const row = rows[index]
              if (row === undefined) return null
              const key = keyOf(row)
              return (
                <div
                  key={key}
                  role="row"
                  className="line"
                  aria-rowindex={index + 2}
                  data-index={index}
                  tabIndex={index === currentIndex ? 0 : -1}
                  {...attributesOf(row)}
                  style={{ transform: `translateY(${start}px)`, cursor: onOpen === undefined ? undefined : 'pointer' }}
                  onFocus={(event) => {
                    if (event.target === event.currentTarget) setCurrent(key)
                  }}
                  onClick={(event) => {
                    if ((event.target as HTMLElement).closest('a,button,input') !== null) return
                    // Text is being selected.
                    if (getSelection()?.isCollapsed === false) return
                    onOpen?.(row, 'click')
                  }}
                >
                  {cellsOf(row)}
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

function useEnd(onEnd: (() => void) | undefined, lastShown: number, length: number): void {
  useEffect(() => {
    if (onEnd !== undefined && lastShown >= length - AHEAD) onEnd()
  }, [onEnd, lastShown, length])
}

/** Where a key leads from a row; undefined for keys that mean nothing here. */
function indexAfter(key: string, from: number, length: number, page: number): number | undefined {
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
