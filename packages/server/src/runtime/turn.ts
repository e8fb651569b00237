import type { Clock } from './clock.ts'
import { Round, type TurnSource, type TurnWriter } from './round.ts'
import { Slice, type SliceTerms } from './slice.ts'

export type { TurnSource, TurnWriter } from './round.ts'

/** Something that wants to know when what it handed out has been written. */
export interface TurnWatcher {
  written(nowMs: number): void
}

export interface TurnTerms {
  /** How long a source waits from its first message, in milliseconds. Default 0: until the end of the turn. Source: the setting `linger`. */
  readonly lingerMs?: number | undefined
  /** What handing out may take of a turn. */
  readonly slice?: SliceTerms | undefined
}

/**
 * Gathers work until the end of the turn: a {@link Round}, so that everything published in one turn leaves each connection in one write,
 * together with what the connection has to say itself, such as a pong or an answer. A round that takes longer than a {@link Slice} goes
 * on in the next turn, after the answers to what has been asked meanwhile. Sources may be left to linger, so that what is published
 * in more than one turn leaves in one write as well.
 */
export class Turn {
  readonly #clock: Clock
  readonly #lingerMs: number
  readonly #slice: Slice
  /** Wait for the end of their time. */
  #lingering: TurnSource[] = []
  /** Wait for the next round. */
  #sources: TurnSource[] = []
  #round: Round | undefined
  /** Have something to say themselves. */
  #writers: TurnWriter[] = []
  #watchers: TurnWatcher[] = []
  #scheduled = false
  readonly #again = (source: TurnSource): void => void this.#sources.push(source)

  constructor(clock: Clock, { lingerMs = 0, slice }: TurnTerms = {}) {
    this.#clock = clock
    this.#lingerMs = lingerMs
    this.#slice = new Slice(clock, slice)
  }

  /** The caller sees to it that it is queued once. */
  source(source: TurnSource): void {
    if (this.#lingerMs > 0) {
      this.#linger(source)
      return
    }
    this.#sources.push(source)
    this.#schedule()
  }

  /** The caller sees to it that it is queued once. */
  writer(writer: TurnWriter): void {
    if (this.#round?.isHandingOut === true) {
      this.#round.add(writer)
      return
    }
    this.#writers.push(writer)
    this.#schedule()
  }

  /** Tells `watcher` once, when the connections have written what they were handed. */
  watch(watcher: TurnWatcher): void {
    this.#watchers.push(watcher)
  }

  /** Does now what waits, however long it takes: what was published before a goodbye is queued before it. */
  flush(): void {
    this.#endLinger()
    this.#slice.beginUnbounded()
    this.#end()
  }

  /** One timer for all that begin to wait together: who comes later waits less, and nobody longer. */
  #linger(source: TurnSource): void {
    this.#lingering.push(source)
    if (this.#lingering.length > 1) return
    this.#clock.after(this.#lingerMs, () => {
      this.#endLinger()
      this.#endInTime()
    })
  }

  #endLinger(): void {
    this.#sources.push(...this.#lingering.splice(0))
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.endOfTurn(() => {
      this.#scheduled = false
      this.#endInTime()
    })
  }

  #endInTime(): void {
    this.#slice.begin(this.#round !== undefined)
    this.#end()
  }

  #end(): void {
    if (this.#round !== undefined) {
      this.#writeOwn()
      this.#goOn(this.#round)
    }
    if (this.#round === undefined && this.#sources.length > 0) {
      this.#round = new Round(this.#sources)
      this.#sources = []
      this.#goOn(this.#round)
    }
    this.#writeOwn()
    this.#slice.end()
    if (this.#round !== undefined || this.#sources.length > 0) this.#schedule()
  }

  #goOn(round: Round): void {
    const isHandedOut = round.handOut(this.#slice, this.#again)
    // Who has something to say, and was handed something, writes both at once.
    this.#writeOwn()
    const isOver = isHandedOut && round.writeHanded(this.#slice)
    if (round.isWritten && this.#watchers.length > 0) this.#tellWatchers()
    if (isOver) this.#round = undefined
  }

  #writeOwn(): void {
    if (this.#writers.length === 0) return
    const writers = this.#writers
    this.#writers = []
    for (let i = 0; i < writers.length; i++) writers[i]!.endTurn()
  }

  #tellWatchers(): void {
    const nowMs = this.#clock.monotonicMs()
    const watchers = this.#watchers
    this.#watchers = []
    for (let i = 0; i < watchers.length; i++) watchers[i]!.written(nowMs)
  }
}
