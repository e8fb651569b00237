import { get, type IncomingMessage } from 'node:http'
import type { PositionKeeper } from '../src/index.ts'

/** One open connection of a reader; `lost` settles when it is over, however it ended. */
export interface OpenReader {
  readonly lost: Promise<void>
  close(): void
}

/** Opens a reader that goes on from the keeper's position. */
export type Door = (port: number, path: string, keeper: PositionKeeper) => OpenReader

interface Envelope {
  readonly type?: string
  readonly position: string
  readonly data: string
  readonly from: string
  readonly to: string
}

/** Runs what a connection brings until one dispatch fails: what comes after it on the same connection must not be taken. */
function untilItFails(fail: () => void): (run: () => void) => void {
  let failed = false
  return (run) => {
    if (failed) return
    try {
      run()
    } catch {
      failed = true
      fail()
    }
  }
}

function take(keeper: PositionKeeper, envelope: Envelope): void {
  if (envelope.type === 'urn:hydrant:gap') keeper.gap(envelope.from, envelope.to)
  else keeper.message(envelope.position, envelope.data)
}

const webSocket: Door = (port, path, keeper) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}?envelope=true&since=${keeper.position}`)
  const safely = untilItFails(() => socket.close())
  socket.addEventListener('message', ({ data }) => safely(() => take(keeper, JSON.parse(String(data)) as Envelope)))
  return { lost: ended(socket), close: () => socket.close() }
}

const connectSocket: Door = (port, path, keeper) => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/-/connect`, 'hydrant.v1')
  let epoch = ''
  socket.addEventListener('open', () => {
    const channels = [{ channel: path, since: keeper.position }]
    socket.send(JSON.stringify({ op: 'subscribe', id: 1, channels }))
  })
  const safely = untilItFails(() => socket.close())
  socket.addEventListener('message', ({ data }) => safely(() => receive(String(data))))
  function receive(data: string): void {
    const said = JSON.parse(data) as Record<string, unknown>
    if (typeof said['c'] === 'number') keeper.message(`${epoch}:${String(said['o'])}`, said['d'] as string)
    else if (said['push'] === 'gap') keeper.gap(said['from'] as string, said['to'] as string)
    else if (said['push'] === 'channel') epoch = said['epoch'] as string
    else if (said['id'] === 1) {
      const [entry] = (said['result'] as { channels: { epoch: string; gap?: { from: string; to: string } }[] }).channels
      epoch = entry!.epoch
      if (entry!.gap !== undefined) keeper.gap(entry!.gap.from, entry!.gap.to)
    }
  }
  return { lost: ended(socket), close: () => socket.close() }
}

const eventStream: Door = (port, path, keeper) => {
  const lost = Promise.withResolvers<void>()
  const safely = untilItFails(() => void request.destroy())
  const request = get(
    { port, path: `${path}?envelope=true`, headers: { accept: 'text/event-stream', 'last-event-id': keeper.position } },
    (response) => {
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n')
        rest = blocks.pop()!
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1]
          if (data !== undefined) safely(() => take(keeper, JSON.parse(data) as Envelope))
        }
      })
      over(response, lost.resolve)
    },
  )
  over(request, lost.resolve)
  return { lost: lost.promise, close: () => void request.destroy() }
}

const longPoll: Door = (port, path, keeper) => {
  const lost = Promise.withResolvers<void>()
  let request: ReturnType<typeof get> | undefined
  const safely = untilItFails(() => lost.resolve())
  const ask = (): void => {
    request = get({ port, path: `${path}?since=${keeper.position}&wait=20&limit=300` }, (response) => {
      // A server that is going away says so: asking again is for the next connection.
      if (response.statusCode !== 200) {
        response.resume()
        lost.resolve()
        return
      }
      readJson(response, (page) =>
        safely(() => {
          if (page.gap !== undefined) keeper.gap(page.gap.from, page.gap.to)
          for (const message of page.messages) take(keeper, message)
          ask()
        }),
      )
      over(response, () => {
        if (!response.complete) lost.resolve()
      })
    })
    request.on('error', () => lost.resolve())
  }
  ask()
  return { lost: lost.promise, close: () => void request?.destroy() }
}

interface Page {
  readonly messages: readonly Envelope[]
  readonly gap?: { readonly from: string; readonly to: string }
}

function readJson(response: IncomingMessage, use: (page: Page) => void): void {
  let text = ''
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => (text += chunk))
  response.on('end', () => use(JSON.parse(text) as Page))
}

function over(stream: { on(event: 'close' | 'error', run: () => void): unknown }, run: () => void): void {
  stream.on('error', run)
  stream.on('close', run)
}

function ended(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.addEventListener('close', () => resolve())
    socket.addEventListener('error', () => resolve())
  })
}

/** Every way to follow a channel. */
export const DOORS: Readonly<Record<string, Door>> = { webSocket, connectSocket, eventStream, longPoll }
