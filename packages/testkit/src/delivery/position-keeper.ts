import type { Seen } from './ledger.ts'

/** Mistakes that a reader can make; a test makes each on purpose and expects the proof to find it. */
export type ReaderBug = 'moves-position-before-dispatch' | 'forgets-deduplication' | 'ignores-epoch'

/**
 * What a correct reader does with what it gets, whatever the door: it drops what it has seen, hands on the rest in order, and moves
 * its position only when that has happened. `dispatch` throws when the reader is cut off in the middle.
 */
export class PositionKeeper {
  #position: string
  readonly #dispatch: (seen: Seen) => void
  readonly #bug: ReaderBug | undefined

  constructor(start: string, dispatch: (seen: Seen) => void, bug?: ReaderBug) {
    this.#position = start
    this.#dispatch = dispatch
    this.#bug = bug
  }

  /** Where to resume. */
  get position(): string {
    return this.#position
  }

  message(position: string, payload: string): void {
    if (this.#bug !== 'forgets-deduplication' && !this.#isNew(position)) return
    if (this.#bug === 'moves-position-before-dispatch') this.#position = position
    this.#dispatch({ kind: 'message', position, payload })
    this.#position = position
  }

  gap(from: string, to: string): void {
    if (this.#bug === 'ignores-epoch' && epochOf(from) !== epochOf(to)) {
      // It believes that only the number counts.
      this.#position = `${epochOf(to)}:${offsetOf(this.#position)}`
      return
    }
    // A connection that was overtaken by another may still tell of what the other has brought.
    if (!this.#isNew(to)) return
    this.#dispatch({ kind: 'gap', from, to })
    this.#position = to
  }

  #isNew(position: string): boolean {
    const sameLog = this.#bug === 'ignores-epoch' || epochOf(position) === epochOf(this.#position)
    return !sameLog || offsetOf(position) > offsetOf(this.#position)
  }
}

function epochOf(position: string): string {
  return position.slice(0, position.lastIndexOf(':'))
}

function offsetOf(position: string): number {
  return Number(position.slice(position.lastIndexOf(':') + 1))
}
