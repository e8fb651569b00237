import type { Slice } from './slice.ts'

/** A source of work for others, such as a feed with a batch for its readers. */
export interface TurnSource {
  /**
   * Hands out what it has, until the slice is spent. `unfinished`: the rest is for the next turn. `again`: this is done, and more has come
   * meanwhile.
   */
  handOut(slice: Slice): 'done' | 'unfinished' | 'again'
}

/** Something that has bytes to write. */
export interface TurnWriter {
  endTurn(): void
}

/**
 * What was published in one turn, on its way: all sources hand out what they have, then whoever was handed something writes it, once,
 * however many sources it came from. It may take several turns.
 */
export class Round {
  readonly #sources: readonly TurnSource[]
  #nextSource = 0
  readonly #handed: TurnWriter[] = []
  #nextHanded = 0
  #isHandingOut = false

  constructor(sources: readonly TurnSource[]) {
    this.#sources = sources
  }

  /** Whether who has something to write now was handed it by a source. */
  get isHandingOut(): boolean {
    return this.#isHandingOut
  }

  /** The caller sees to it that it is queued once. */
  add(writer: TurnWriter): void {
    this.#handed.push(writer)
  }

  /** Whether everything that has been handed out so far is written. */
  get isWritten(): boolean {
    return this.#nextHanded >= this.#handed.length
  }

  /** Lets the sources hand out until the slice is spent; `again` gets those that have more. True when all have handed out. */
  handOut(slice: Slice, again: (source: TurnSource) => void): boolean {
    this.#isHandingOut = true
    try {
      return this.#askSources(slice, again)
    } finally {
      this.#isHandingOut = false
    }
  }

  /** Lets those write who were handed something, until the slice is spent. True when all have written. */
  writeHanded(slice: Slice): boolean {
    let untilLook = slice.stride
    while (this.#nextHanded < this.#handed.length) {
      this.#handed[this.#nextHanded++]!.endTurn()
      if (--untilLook > 0) continue
      if (slice.isSpent) break
      untilLook = slice.stride
    }
    return this.isWritten
  }

  #askSources(slice: Slice, again: (source: TurnSource) => void): boolean {
    while (this.#nextSource < this.#sources.length) {
      const source = this.#sources[this.#nextSource++]!
      const outcome = source.handOut(slice)
      if (outcome === 'unfinished') this.#nextSource--
      if (outcome === 'again') again(source)
      if (slice.isSpent) break
    }
    return this.#nextSource >= this.#sources.length
  }
}
