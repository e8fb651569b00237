/** Where a message stands in its channel's log. Offsets rise strictly within an epoch; an epoch is one life of the log. */
export interface Position {
  readonly epoch: string
  readonly offset: number
}

const POSITION = /^([a-z0-9]{1,32}):(0|[1-9][0-9]{0,15})$/

/** `epoch:offset`, opaque to clients. */
export function formatPosition(epoch: string, offset: number): string {
  return `${epoch}:${offset}`
}

/** Undefined when the text is no position: the caller answers `bad-request`. */
export function parsePosition(text: string): Position | undefined {
  const match = POSITION.exec(text)
  if (match === null) return undefined
  const offset = Number(match[2])
  return Number.isSafeInteger(offset) ? { epoch: match[1]!, offset } : undefined
}
