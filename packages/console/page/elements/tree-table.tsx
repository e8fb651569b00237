import type { ReactElement } from 'react'
import type { Column } from './table.tsx'
import { VirtualTable, type VirtualTableProps } from './virtual-table.tsx'

/** A row of a tree that was made flat: only what is unfolded is in the list. */
export interface TreeRow<Row> {
  readonly key: string
  /** From 1. */
  readonly level: number
  /** Absent for rows that cannot be unfolded. */
  readonly isOpen?: boolean
  readonly row: Row
}

interface TreeTableProps<Row> extends Pick<
  VirtualTableProps<TreeRow<Row>>,
  'label' | 'rows' | 'onEnd' | 'minWidth' | 'empty'
> {
  readonly columns: readonly Column<Row>[]
  readonly href: (row: Row) => string
  readonly onToggle: (row: Row) => void
}

/** A tree with columns (ARIA `treegrid`) of any length: arrows move and fold, Enter opens. */
export function TreeTable<Row>(props: TreeTableProps<Row>): ReactElement {
  const { columns, rows, href, onToggle } = props
  const onKey = (key: string, index: number, goTo: (index: number) => void): boolean => {
    const { isOpen, level, row } = rows[index] as TreeRow<Row>
    if (key === 'ArrowRight' && isOpen === false) onToggle(row)
    else if (key === 'ArrowRight' && isOpen === true && rows[index + 1]?.level === level + 1) goTo(index + 1)
    else if (key === 'ArrowLeft' && isOpen === true) onToggle(row)
    else if (key === 'ArrowLeft' && level > 1) goTo(parentOf(rows, index))
    else return false
    return true
  }
  return (
    <VirtualTable
      {...props}
      role="treegrid"
      widths={columns.map(({ width }) => width)}
      total={rows.length}
      keyOf={keyOf}
      onKey={onKey}
      onOpen={({ isOpen, row }, by) => {
        if (by === 'click' && isOpen !== undefined) onToggle(row)
        else location.hash = href(row)
      }}
      attributesOf={({ level, isOpen }) => ({ 'aria-level': level, 'aria-expanded': isOpen })}
      headings={columns.map(({ key, title, end }) => (
        <div key={key} role="columnheader" className={end === true ? 'cell end' : 'cell'}>
          {title}
        </div>
      ))}
      cellsOf={({ level, isOpen, row }) =>
        columns.map((column, at) => (
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
        ))
      }
    />
  )
}

function keyOf<Row>({ key }: TreeRow<Row>): string {
  return key
}

function parentOf<Row>(rows: readonly TreeRow<Row>[], index: number): number {
  const { level } = rows[index] as TreeRow<Row>
  for (let at = index - 1; at >= 0; at--) if ((rows[at] as TreeRow<Row>).level < level) return at
  return index
}
