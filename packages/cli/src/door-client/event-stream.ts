/** One event of a `text/event-stream`. */
export interface StreamEvent {
  /** The event's type; `message` when the stream names none. */
  readonly type: string
  readonly data: string
  /** The last id that the stream gave, which is where to resume. */
  readonly lastEventId: string | undefined
}

/** Larger than any message a server allows by default (64 KiB), small enough to keep in memory. */
const maxEventCharacters = 64 * 1024 * 1024

/**
 * Reads `text/event-stream` (WHATWG HTML §9.2.6) from pieces of any size. Pure: the caller does the I/O.
 * Throws RangeError when one event is larger than 64 Mi characters.
 */
export class EventStreamParser {
  /** The stream's latest `retry:` hint. */
  retryMs: number | undefined

  readonly #decoder = new TextDecoder()
  #line = ''
  #skipLineFeed = false
  #type = ''
  #data: string[] = []
  #dataLength = 0
  #lastEventId: string | undefined

  /** The events that the bytes complete. */
  receive(bytes: Uint8Array): StreamEvent[] {
    const events: StreamEvent[] = []
    let text = this.#decoder.decode(bytes, { stream: true })
    if (text === '') return events
    if (this.#skipLineFeed && text.startsWith('\n')) text = text.slice(1)
    this.#skipLineFeed = text.endsWith('\r')
    const [end = '', ...lines] = text.split(/\r\n|\n|\r/)
    this.#line += end
    // Only what came now is searched for line breaks: a large event in many pieces costs linear time.
    for (const line of lines) {
      const event = this.#endLine(this.#line)
      if (event) events.push(event)
      this.#line = line
    }
    if (this.#line.length + this.#dataLength > maxEventCharacters) throw new RangeError('an event over 64 MiB')
    return events
  }

  #endLine(line: string): StreamEvent | undefined {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    if (colon === 0) return undefined
    const field = colon === -1 ? line : line.slice(0, colon)
    let value = colon === -1 ? '' : line.slice(colon + 1)
    if (value.startsWith(' ')) value = value.slice(1)
    switch (field) {
      case 'data':
        this.#data.push(value)
        this.#dataLength += value.length
        break
      case 'event':
        this.#type = value
        break
      case 'id':
        if (!value.includes('\0')) this.#lastEventId = value
        break
      case 'retry':
        if (/^\d+$/.test(value)) this.retryMs = Number(value)
        break
      default:
        break
    }
    return undefined
  }

  #dispatch(): StreamEvent | undefined {
    const event = { type: this.#type || 'message', data: this.#data.join('\n'), lastEventId: this.#lastEventId }
    const isEmpty = this.#data.length === 0
    this.#type = ''
    this.#data = []
    this.#dataLength = 0
    return isEmpty ? undefined : event
  }
}
