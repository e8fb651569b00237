import type { Row } from '../rows/row.ts'
import { ROWS } from '../rows/rows.ts'

/** A row of the bench by its id, with fewer connections: for tests of the bench itself. */
export function rowOf(id: string, changes: Partial<Row> = {}): Row {
  const row = ROWS.find((each) => each.id === id)
  if (row === undefined) throw new Error(`no row ${id}`)
  return { ...row, ...changes }
}
