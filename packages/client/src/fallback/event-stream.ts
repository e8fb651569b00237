/** One event of a stream. */
export interface StreamEvent {
  /** `message` when the stream does not say. */
  readonly event: string
  readonly data: string
}

const MAX_PENDING_CHARACTERS = 16 * 1024 * 1024

/** Reads Server-Sent Events (WHATWG HTML §9.2.6) as text comes, cut anywhere. `id` and `retry` are not needed: positions are in the data. */
export class EventStreamReader {
  #rest = ''
  #event = ''
  #data: string[] = []

  /** Throws RangeError when a line does not end. */
  read(text: string): StreamEvent[] {
    const events: StreamEvent[] = []
    this.#rest += text
    if (this.#rest.length > MAX_PENDING_CHARACTERS) throw new RangeError('an event stream with an endless line')
    for (;;) {
      const end = /\r\n|\r(?!$)|\n/.exec(this.#rest)
      if (end === null) return events
      const line = this.#rest.slice(0, end.index)
      this.#rest = this.#rest.slice(end.index + end[0].length)
      const event = this.#line(line)
      if (event !== undefined) events.push(event)
    }
  }

  #line(line: string): StreamEvent | undefined {
    if (line === '') {
      const event = { event: this.#event || 'message', data: this.#data.join('\n') }
      const dispatch = this.#data.length > 0
      this.#event = ''
      this.#data = []
      return dispatch ? event : undefined
    }
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'event') this.#event = value
    else if (name === 'data') this.#data.push(value)
    return undefined
  }
}
