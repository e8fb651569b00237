/** Where a message stands: offsets are compared within an epoch (PROTOCOL.md 4.2). */
export interface Position {
  readonly epoch: string
  readonly offset: number
}

/** Reads `EPOCH:o`. What is no position has an offset that nothing is below, so it hides no message. */
export function parsePosition(text: string): Position {
  const colon = text.lastIndexOf(':')
  const offset = Number(text.slice(colon + 1))
  return colon < 0 || !(offset >= 0) ? { epoch: text, offset: -1 } : { epoch: text.slice(0, colon), offset }
}

export function formatPosition({ epoch, offset }: Position): string {
  return offset < 0 ? epoch : `${epoch}:${offset}`
}

/** Whether `one` is `other` or after it. False when they are of different epochs, which cannot be compared. */
export function reaches(one: Position, other: Position): boolean {
  return one.epoch === other.epoch && one.offset >= other.offset
}
