/** A transport that stays open: it has to be told when the server stops. */
export interface OpenTransport {
  /** Says goodbye after what is queued. `closed` settles when the transport is gone. */
  goAway(): void
  /** Lets go at once. */
  destroy(): void
  readonly closed: Promise<void>
}

/** All transports that are open, so that the server can end them. */
export class OpenTransports {
  readonly #open = new Set<OpenTransport>()

  get size(): number {
    return this.#open.size
  }

  add(transport: OpenTransport): void {
    this.#open.add(transport)
    void transport.closed.then(() => this.#open.delete(transport))
  }

  /** Tells all to go and waits until they are gone or the signal says that the time is over; then they are destroyed. */
  async closeAll(timeIsOver: Promise<void>): Promise<void> {
    const open = [...this.#open]
    for (const transport of open) transport.goAway()
    await Promise.race([Promise.all(open.map(({ closed }) => closed)), timeIsOver])
    for (const transport of this.#open) transport.destroy()
  }
}
