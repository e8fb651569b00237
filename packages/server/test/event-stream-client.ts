/** One event as a browser would dispatch it. */
interface StreamEvent {
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

export interface OpenEventStream extends Disposable {
  readonly contentType: string | null
  readonly position: string | null
  /** Everything that has been read, as it came. */
  readonly raw: string
  next(): Promise<StreamEvent>
  readonly ended: Promise<void>
}

/** Reads Server-Sent Events by their grammar (WHATWG HTML §9.2.6), one at a time. */
export async function openEventStream(url: string, headers: Record<string, string> = {}): Promise<OpenEventStream> {
  const stop = new AbortController()
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: stop.signal })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const events: StreamEvent[] = []
  let raw = ''
  let rest = ''
  let changed = Promise.withResolvers<void>()
  const ended = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body!) {
      const text = decoder.decode(chunk, { stream: true })
      raw += text
      rest += text
      const blocks = rest.split('\n\n')
      rest = blocks.pop()!
      for (const block of blocks) {
        const event = parseBlock(block)
        if (event !== undefined) events.push(event)
      }
      changed.resolve()
      changed = Promise.withResolvers()
    }
  })().catch(() => {})
  return {
    contentType: response.headers.get('content-type'),
    position: response.headers.get('hydrant-position'),
    get raw() {
      return raw
    },
    ended,
    async next() {
      while (events.length === 0) await changed.promise
      return events.shift()!
    },
    [Symbol.dispose]: () => stop.abort(),
  }
}

function parseBlock(block: string): StreamEvent | undefined {
  const data: string[] = []
  let id: string | undefined
  let event = 'message'
  for (const line of block.split('\n')) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line)!
    if (field === 'data') data.push(value!)
    else if (field === 'id') id = value
    else if (field === 'event') event = value!
  }
  return data.length === 0 ? undefined : { id, event, data: data.join('\n') }
}
