/**
 * Workers that are lent to a connection while they have something to do for it, and come back with nothing of it. An idle connection has
 * none, so it is small, however large they are. What is kept is scratch space: nobody can tell whether one was used before.
 */
export class Loans<Worker> {
  readonly #make: () => Worker
  readonly #most: number
  readonly #idle: Worker[] = []

  /** Keeps `most` of them at most; the rest is made when it is needed. */
  constructor(most: number, make: () => Worker) {
    this.#most = most
    this.#make = make
  }

  lend(): Worker {
    return this.#idle.pop() ?? this.#make()
  }

  takeBack(worker: Worker): void {
    if (this.#idle.length < this.#most) this.#idle.push(worker)
  }
}
