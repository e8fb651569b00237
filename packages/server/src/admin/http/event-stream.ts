/** A response of Server-Sent Events that goes on. */
export interface EventStream {
  /** Sends an event; drops it, and counts it, when the reader does not keep up. */
  send(event: string, data: string): void
  /** Ends the stream after what is queued. */
  end(): void
}

/** What may wait for one reader, in bytes. */
const MAX_QUEUED_BYTES = 1024 * 1024
const KEEP_ALIVE_MS = 15_000

/**
 * A stream of events to an operator. `start` begins to send and returns what ends that. What does not fit into the queue of a slow
 * reader is dropped, and it is told `skipped` with a count: what is watched never waits for its watcher.
 */
export function eventStream(signal: AbortSignal, start: (stream: EventStream) => () => void): Response {
  let stop = (): void => {}
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let skipped = 0
        let isOver = false
        const write = (text: string): void => controller.enqueue(Buffer.from(text))
        const timer = setInterval(() => {
          if (!isOver && controller.desiredSize! > 0) write(':\n\n')
        }, KEEP_ALIVE_MS).unref()
        const end = (): void => {
          if (isOver) return
          isOver = true
          clearInterval(timer)
          finish()
        }
        const finish = start({
          send(event, data) {
            if (isOver) return
            if (controller.desiredSize! <= 0) {
              skipped++
              return
            }
            if (skipped > 0) write(`event: skipped\ndata: {"count":${skipped}}\n\n`)
            skipped = 0
            write(`event: ${event}\ndata: ${data}\n\n`)
          },
          end() {
            if (isOver) return
            end()
            controller.close()
          },
        })
        stop = end
        signal.addEventListener('abort', end, { once: true })
        write(':\n\n')
      },
      cancel: () => stop(),
    },
    { highWaterMark: MAX_QUEUED_BYTES, size: (chunk) => chunk.length },
  )
  return new Response(body, { headers: { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' } })
}
