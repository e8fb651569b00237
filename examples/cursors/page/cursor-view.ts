import type { Person } from './person.ts'
import type { Place } from './track.ts'

/** One cursor on the board: an arrow and a name. */
export class CursorView {
  readonly #board: HTMLElement
  readonly #element = document.createElement('div')

  constructor(board: HTMLElement, { id, name, hue }: Person) {
    this.#board = board
    this.#element.className = 'cursor'
    this.#element.dataset['id'] = id
    this.#element.textContent = name
    this.#element.style.setProperty('--hue', String(hue))
    this.#element.hidden = true
    board.append(this.#element)
  }

  /** Moves it; without a place nobody has seen it yet. */
  show(place: Place | undefined): void {
    this.#element.hidden = place === undefined
    if (place === undefined) return
    const { clientWidth, clientHeight } = this.#board
    this.#element.style.translate = `${place.x * clientWidth}px ${place.y * clientHeight}px`
  }

  remove(): void {
    this.#element.remove()
  }
}
