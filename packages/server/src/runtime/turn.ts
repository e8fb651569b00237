import type { Clock } from './clock.ts'

/** Something with work that is best done once, after everything else of this turn of the event loop. */
export interface TurnWork {
  /** Does the work. True when some is left for the next turn. */
  endTurn(): boolean
}

/** Something that wants to know when what it handed over in this turn has been written. */
export interface TurnWatcher {
  written(nowMs: number): void
}

/**
 * Gathers work until the end of the turn: first the feeds hand their batches to the connections, then the connections write,
 * so that everything published in one turn leaves each connection in one write. Feeds may be left to linger, so that what is
 * published in more than one turn does as well; what connections have to say themselves never waits longer than the turn.
 */
export class Turn {
  readonly #clock: Clock
  readonly #lingerMs: number
  /** Wait for the end of their time. */
  #lingering: TurnWork[] = []
  #feeds: TurnWork[] = []
  #writers: TurnWork[] = []
  #watchers: TurnWatcher[] = []
  #scheduled = false

  /** `lingerMs`: how long a feed waits from its first message. Default 0: until the end of the turn. Source: the setting `linger`. */
  constructor(clock: Clock, lingerMs = 0) {
    this.#clock = clock
    this.#lingerMs = lingerMs
  }

  /** The caller sees to it that it is queued once. */
  feed(work: TurnWork): void {
    if (this.#lingerMs > 0) this.#linger(work)
    else this.#feedNow(work)
  }

  /** The caller sees to it that it is queued once. */
  writer(work: TurnWork): void {
    this.#writers.push(work)
    this.#schedule()
  }

  /** Tells `watcher` once, when the connections have written what they were handed in this turn. */
  watch(watcher: TurnWatcher): void {
    this.#watchers.push(watcher)
  }

  /** Does now what waits for the end of the turn: what was published before a goodbye is queued before it. */
  flush(): void {
    this.#feeds.push(...this.#lingering.splice(0))
    this.#end()
  }

  /** One timer for all that begin to wait together: who comes later waits less, and nobody longer. */
  #linger(work: TurnWork): void {
    this.#lingering.push(work)
    if (this.#lingering.length === 1) this.#clock.after(this.#lingerMs, () => this.flush())
  }

  #feedNow(work: TurnWork): void {
    this.#feeds.push(work)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.endOfTurn(() => this.#end())
  }

  #end(): void {
    this.#scheduled = false
    const feeds = this.#feeds
    this.#feeds = []
    for (let i = 0; i < feeds.length; i++) if (feeds[i]!.endTurn()) this.#feedNow(feeds[i]!)
    const writers = this.#writers
    this.#writers = []
    for (let i = 0; i < writers.length; i++) if (writers[i]!.endTurn()) this.writer(writers[i]!)
    if (this.#watchers.length > 0) this.#tellWatchers()
  }

  #tellWatchers(): void {
    const nowMs = this.#clock.monotonicMs()
    const watchers = this.#watchers
    this.#watchers = []
    for (let i = 0; i < watchers.length; i++) watchers[i]!.written(nowMs)
  }
}
