import { useVirtualizer } from '@tanstack/react-virtual'
import {
  useEffect,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from 'react'
import { indexAfter } from './table.tsx'

export interface TreeColumn<Row> {
  readonly key: string
  readonly title: string
  /** A CSS grid track. */
  readonly width: string
  readonly end?: boolean
  readonly cell: (row: Row) => ReactNode
}

/** A row of a tree that was made flat: only what is unfolded is in the list. */
export interface TreeRow<Row> {
  readonly key: string
  /** From 1. */
  readonly level: number
  /** Absent for rows that cannot be unfolded. */
  readonly isOpen?: boolean
  readonly row: Row
}

interface TreeTableProps<Row> {
  readonly label: string
  readonly columns: readonly TreeColumn<Row>[]
  readonly rows: readonly TreeRow<Row>[]
  readonly href: (row: Row) => string
  readonly onToggle: (row: Row) => void
  readonly onEnd?: () => void
  readonly minWidth: number
  readonly empty: ReactNode
}

const ROW_PX = 30
const AHEAD = 60

/** A tree with columns (ARIA `treegrid`) of any length: arrows move and fold, Enter opens. */
export function TreeTable<Row>({
  label,
  columns,
  rows,
  href,
  onToggle,
  onEnd,
  minWidth,
  empty,
}: TreeTableProps<Row>): ReactElement {
  const scroll = useRef<HTMLDivElement>(null)
  const [current, setCurrent] = useState<string>()
  const wantsFocus = useRef(false)
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  })
  const found = rows.findIndex(({ key }) => key === current)
  const currentIndex = found === -1 ? 0 : found
  const items = virtual.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (onEnd !== undefined && lastShown >= rows.length - AHEAD) onEnd()
  }, [onEnd, lastShown, rows.length])
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
    setCurrent(rows[index]?.key)
    virtual.scrollToIndex(index)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const target = event.target as HTMLElement
    const index = Number(target.dataset['index'])
    const at = rows[index]
    if (!target.hasAttribute('data-index') || at === undefined) return
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? 300) / ROW_PX) - 2)
    const to = indexAfter(event.key, index, rows.length, page)
    if (to !== undefined) goTo(to)
    else if (event.key === 'Enter') location.hash = href(at.row)
    else if (event.key === 'ArrowRight' && at.isOpen === false) onToggle(at.row)
    else if (event.key === 'ArrowRight' && at.isOpen === true && rows[index + 1]?.level === at.level + 1)
      goTo(index + 1)
    else if (event.key === 'ArrowLeft' && at.isOpen === true) onToggle(at.row)
    else if (event.key === 'ArrowLeft' && at.level > 1) goTo(parentOf(rows, index))
    else return
    event.preventDefault()
  }
  const style = {
    '--columns': columns.map(({ width }) => `minmax(0, ${width})`).join(' '),
    '--min-width': `${minWidth}px`,
  } as CSSProperties
  return (
    <div className="table grow" style={style}>
      <div
        ref={scroll}
        className="scroll"
        role="treegrid"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        onKeyDown={onKeyDown}
        tabIndex={rows.length === 0 ? 0 : -1}
      >
        <div role="rowgroup" className="head-group">
          <div className="head" role="row" aria-rowindex={1}>
            {columns.map(({ key, title, end }) => (
              <div key={key} role="columnheader" className={end === true ? 'cell end' : 'cell'}>
                {title}
              </div>
            ))}
          </div>
        </div>
        {rows.length === 0 ? (
          <div role="rowgroup">
            <div role="row">
              <div role="gridcell" className="empty">
                {empty}
              </div>
            </div>
          </div>
        ) : (
          <div className="body virtual" role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start }) => {
              const item = rows[index]
              if (item === undefined) return null
              const { level, isOpen, row } = item
              return (
                <div
                  key={item.key}
                  role="row"
                  className="line"
                  aria-rowindex={index + 2}
                  aria-level={level}
                  aria-expanded={isOpen}
                  data-index={index}
                  tabIndex={index === currentIndex ? 0 : -1}
                  style={{ transform: `translateY(${start}px)`, cursor: 'pointer' }}
                  onFocus={(event) => {
                    if (event.target === event.currentTarget) setCurrent(item.key)
                  }}
                  onClick={(event) => {
                    if ((event.target as HTMLElement).closest('a') !== null || getSelection()?.isCollapsed === false)
                      return
                    if (isOpen === undefined) location.hash = href(row)
                    else onToggle(row)
                  }}
                >
                  {columns.map((column, at) => (
                    <div
                      key={column.key}
                      role="gridcell"
                      className={column.end === true ? 'cell end' : 'cell'}
                      style={at === 0 ? { paddingLeft: 10 + (level - 1) * 20 } : undefined}
                    >
                      {at === 0 ? (
                        <span className="twist" aria-hidden="true">
                          {isOpen === undefined ? '' : isOpen ? '▼' : '▶'}
                        </span>
                      ) : null}
                      {column.cell(row)}
                    </div>
                  ))}
                </div>
              )
            })}
          </div>
        )}
      </div>
    </div>
  )
}

function parentOf<Row>(rows: readonly TreeRow<Row>[], index: number): number {
  const { level } = rows[index] as TreeRow<Row>
  for (let at = index - 1; at >= 0; at--) if ((rows[at] as TreeRow<Row>).level < level) return at
  return index
}
