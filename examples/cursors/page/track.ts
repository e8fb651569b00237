/** Where something was at a time. `x` and `y` are shares of the board, `at` is in milliseconds on the server's clock. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly at: number
}

/** The last places of one cursor, and everything in between. */
export class Track {
  #places: Place[] = []

  /** A place later than the ones before; an earlier one is ignored. */
  add(place: Place): void {
    if (place.at > (this.#places.at(-1)?.at ?? 0)) this.#places.push(place)
  }

  /** Where it was then: between two places on the line from one to the other, after the last one still there. Forgets what was before. */
  placeAt(whenMs: number): Place | undefined {
    while (this.#places[1] !== undefined && this.#places[1].at <= whenMs) this.#places.shift()
    const [from, to] = this.#places
    if (from === undefined || to === undefined || whenMs <= from.at) return from
    const share = (whenMs - from.at) / (to.at - from.at)
    return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y), at: whenMs }
  }
}
