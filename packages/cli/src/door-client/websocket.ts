import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WireConnection } from '@hydrant/wire'
import type { Ending } from '@hydrant/wire'
import { eventFromEnvelope } from './envelope.ts'
import { DoorClosed } from './event.ts'
import type { DoorEvent, OpenDoor } from './event.ts'
import type { Upgraded } from './upgrade.ts'
import { upgrade } from './upgrade.ts'

/** Larger than any message a server allows by default (64 KiB), small enough to keep in memory. */
const maxMessageBytes = 64 * 1024 * 1024
/** Events read ahead of a slow reader; then the socket waits, and the server's rules for slow readers hold. */
const maxEventsAhead = 256
const closeNormal = 1000
/** The server ends the connection; one that does not is not worth waiting for. */
const closeWaitMs = 1_000

/** Opens the WebSocket door of a channel; with `?envelope=true` every message tells its position. */
export const openWebSocket: OpenDoor = async (url, { since, signal }) => {
  const target = new URL(url)
  target.searchParams.set('envelope', 'true')
  if (since !== undefined) target.searchParams.set('since', since)
  const upgraded = await upgrade(target, signal)
  const start = upgraded.response.headers['hydrant-position']
  return { startPosition: typeof start === 'string' ? start : undefined, events: events(upgraded, signal) }
}

async function* events({ socket, head }: Upgraded, signal: AbortSignal): AsyncGenerator<DoorEvent, never> {
  const ahead: DoorEvent[] = []
  let ending: Ending | undefined
  let wake: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined

  const connection = new WireConnection({
    role: 'client',
    now: performance.now(),
    limits: { maxMessageBytes },
    random: (bytes) => void randomFillSync(bytes),
    events: {
      onMessage(payload) {
        ahead.push(eventFromEnvelope(payload.toString()))
      },
      onEnd(how) {
        ending = how
      },
    },
  })

  /** What the engine asks for after every call. */
  function settle(): void {
    const output = connection.takeOutput()
    if (output !== undefined) for (const bytes of Array.isArray(output) ? output : [output]) socket.write(bytes)
    if (connection.shouldDestroy) socket.destroy()
    else if (connection.shouldEnd) socket.end()
    if (ahead.length >= maxEventsAhead) socket.pause()
    schedule()
    wake?.()
  }
  function schedule(): void {
    clearTimeout(timer)
    const dueAt = connection.nextTimeout()
    if (dueAt === undefined) return
    timer = setTimeout(
      () => {
        // While we do not read, the peer's signs of life cannot arrive either.
        if (!socket.isPaused()) connection.handleTimeout(performance.now())
        settle()
      },
      Math.max(dueAt - performance.now(), socket.isPaused() ? 1_000 : 0),
    )
  }

  socket.on('data', (bytes: Buffer) => {
    connection.receive(bytes, performance.now())
    settle()
  })
  socket.on('error', (error) => {
    connection.receiveEof(performance.now(), error)
    settle()
  })
  socket.on('close', () => {
    connection.receiveEof(performance.now())
    settle()
  })
  const stop = (): void => {
    connection.close(closeNormal, '', performance.now())
    settle()
  }
  signal.addEventListener('abort', stop)
  if (head.length > 0) connection.receive(head, performance.now())
  settle()

  try {
    while (true) {
      while (ahead.length > 0) {
        yield ahead.shift() as DoorEvent
        if (ahead.length === 0) socket.resume()
      }
      if (ending !== undefined) throw closedBy(ending)
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal.removeEventListener('abort', stop)
    connection.close(closeNormal, '', performance.now())
    // Nothing that comes now is wanted, but unread bytes would reset the connection and take our Close frame with them.
    socket.resume()
    settle()
    if (!socket.closed) await Promise.race([once(socket, 'close'), sleep(closeWaitMs, undefined, { ref: false })])
    clearTimeout(timer)
    socket.destroy()
  }
}

function closedBy(ending: Ending): DoorClosed {
  const { code, reason } = ending
  return new DoorClosed(reason === '' ? `close code ${code}` : `close code ${code}, ${reason}`, {
    retry: mayRetry(code),
  })
}

/** Going away, lost, internal, restart, try again later, and the range that libraries use for retryable causes. */
function mayRetry(code: number): boolean {
  return [1001, 1006, 1011, 1012, 1013].includes(code) || (code >= 3000 && code <= 3499)
}
