/** Numbers that are given once in the life of a server. */
export class AliasIssuer {
  #last = 0

  next(): number {
    return ++this.#last
  }
}

/**
 * What offsets, times and names of one stretch of a channel's log are told against on the socket protocol: an epoch, a moment,
 * and a number for each message name. One for all readers of the channel, so that they share the encoded bytes.
 */
export class Origin {
  readonly epoch: string
  /** Milliseconds since the Unix epoch; `t` of the socket protocol counts from it. */
  readonly timeMs: number
  readonly #issuer: AliasIssuer
  readonly #numbers = new Map<string, number>()

  constructor(epoch: string, timeMs: number, issuer: AliasIssuer) {
    this.epoch = epoch
    this.timeMs = timeMs
    this.#issuer = issuer
  }

  /** The number of a message name; the same for as long as this origin holds. */
  aliasOf(name: string): number {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.#issuer.next()
      this.#numbers.set(name, number)
    }
    return number
  }
}
