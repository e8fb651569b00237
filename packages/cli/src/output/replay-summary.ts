import type { Problem } from '../door-client/problem.ts'
import type { Outcome } from '../door-client/publish.ts'
import type { SelectionCounts } from '../recording/select.ts'

/** Refusals that have the same cause. */
export interface RefusalKind {
  readonly status: number
  readonly code: string
  /** The message of the contract that came nearest. */
  readonly message?: string | undefined
  /** Where in the message, `*` for any index of an array. */
  readonly pointer?: string | undefined
  readonly expected?: string | undefined
  count: number
  /** The first message that was refused so: its line, or its rank in a HAR file, and the server's words. */
  readonly first: { readonly number: number; readonly detail: string }
}

/** More kinds than this are counted, not listed. */
const maxKinds = 100

/** What became of a recording, counted as it goes. `JSON.stringify` of it is the summary for machines. */
export class ReplaySummary implements SelectionCounts {
  read = 0
  selected = 0
  unreadable = 0
  published = 0
  refused = 0
  readonly #kinds = new Map<string, RefusalKind>()
  #firstUnreadable: { readonly number: number; readonly detail: string } | undefined

  tellUnreadable(number: number, detail: string): void {
    this.#firstUnreadable ??= { number, detail }
  }

  /** Counts what the server said to the message with that number. */
  count(number: number, outcome: Outcome): void {
    if (outcome.ok) {
      this.published += 1
      return
    }
    this.refused += 1
    const fresh = kindOf(outcome.problem, number)
    const { status, code, message, pointer, expected } = fresh
    const key = JSON.stringify([status, code, message, pointer, expected])
    const known = this.#kinds.get(key)
    if (known) known.count += 1
    else if (this.#kinds.size < maxKinds) this.#kinds.set(key, fresh)
  }

  progressLine(): string {
    return `${this.read} read, ${this.published} published, ${this.refused} refused`
  }

  /** The summary for a person, a line for each kind of refusal, most frequent first. */
  lines(): string[] {
    const counts = `${this.read} read, ${this.selected} selected, ${this.published} published, ${this.refused} refused`
    const lines = [counts]
    if (this.#firstUnreadable) {
      const { number, detail } = this.#firstUnreadable
      lines.push(`${this.unreadable} lines could not be read, first line ${number}: ${detail}`)
    }
    for (const { count, status, code, message, pointer, expected, first } of this.#sortedKinds()) {
      const where = expected === undefined ? '' : `, ${pointer || 'the whole message'}: expected ${expected}`
      const nearest = message === undefined ? '' : ` (nearest: ${message})`
      lines.push(`  ${count} × ${status} ${code}${nearest}${where}`, `      first ${first.number}: ${first.detail}`)
    }
    return lines
  }

  toJSON(): object {
    const { read, selected, unreadable, published, refused } = this
    return { read, selected, unreadable, published, refused, refusals: this.#sortedKinds() }
  }

  #sortedKinds(): RefusalKind[] {
    return [...this.#kinds.values()].toSorted((a, b) => b.count - a.count)
  }
}

function kindOf(problem: Problem, number: number): RefusalKind {
  const { status, code, message, detail, title, errors } = problem
  const [error] = errors ?? []
  return {
    status,
    code,
    ...(message !== undefined && { message }),
    ...(error && { pointer: error.pointer.replaceAll(/\/\d+(?=\/|$)/g, '/*'), expected: error.expected }),
    count: 1,
    first: { number, detail: detail ?? title },
  }
}
