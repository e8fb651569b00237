import { createServer, IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { createHydrant, type Hydrant, systemClock } from '@hydrant/server'
import { encodeTextFrame, WireConnection } from '@hydrant/wire'
import { type Checks, tradeMaker, tradesContract } from '../peers/trades.ts'
import { echoRequests } from '../runner/frames.ts'

/** A piece of Hydrant's work that can be done again and again in one process, without sockets. */
export interface Subject {
  readonly name: string
  /** One unit of work. Throws when what comes out is not what should. */
  run(): void | Promise<void>
}

const SHAPE = { bytes: 100, isStamped: false }

/** The engine's echo: 16 messages of 64 bytes in a read. */
export function echo(): Subject {
  const connection: WireConnection = new WireConnection({
    role: 'server',
    now: 0,
    events: {
      onMessage: (message) => connection.sendText(message),
      onEnd: (ending) => {
        throw new Error(JSON.stringify(ending))
      },
    },
  })
  const { bytes, pieceBytes } = echoRequests(64, false)
  const read = bytes.subarray(0, 16 * pieceBytes)
  // Unmasked in place.
  const copy = Buffer.alloc(read.length)
  let now = 0
  return {
    name: 'echo',
    run() {
      copy.set(read)
      connection.receive(copy, ++now)
      const output = connection.takeOutput()
      const length = Array.isArray(output) ? output.reduce((all, piece) => all + piece.length, 0) : output?.length
      if (length !== 16 * 66) throw new Error(`an echo of ${length} bytes`)
    },
  }
}

export interface FanOut {
  readonly readers: number
  /** Messages published in a turn. */
  readonly perTurn: number
  readonly checks: Checks
}

/** Messages that are checked, kept and delivered to WebSockets: everything but the system calls. */
export async function fanOut(name: string, { checks, perTurn, readers }: FanOut): Promise<Subject> {
  const turns: (() => void)[] = []
  const hydrant = createHydrant({
    contract: tradesContract({
      checks,
      historyMessages: 100,
      isMany: false,
      isState: false,
      isBinary: false,
    }),
    clock: { ...systemClock, endOfTurn: (run) => void turns.push(run) },
    limits: { pingIntervalMs: 0 },
  })
  const sockets = await connect(hydrant, readers, turns)
  const trade = tradeMaker(SHAPE)
  const bytesOf = perTurn * encodeTextFrame(JSON.stringify(trade(0))).length
  let sequence = 0
  return {
    name,
    async run() {
      const [first] = sockets
      const before = first!.bytesWritten
      for (let i = 1; i < perTurn; i++) void hydrant.publish('/trades', trade(sequence++))
      await hydrant.publish('/trades', trade(sequence++))
      endTurns(turns)
      // One of them, so that counting is not what is measured; all get the same bytes.
      if (first!.bytesWritten - before !== bytesOf)
        throw new Error(`${first!.bytesWritten - before} bytes of ${bytesOf}`)
    },
  }
}

function endTurns(turns: (() => void)[]): void {
  for (let run = turns.shift(); run !== undefined; run = turns.shift()) run()
}

async function connect(hydrant: Hydrant, count: number, turns: (() => void)[]): Promise<NullSocket[]> {
  const server = createServer()
  hydrant.attach(server)
  const sockets = Array.from({ length: count }, () => new NullSocket())
  for (const socket of sockets) server.emit('upgrade', upgradeOf(socket), socket, Buffer.alloc(0))
  // Subscribing waits for the broker.
  while (!sockets.every(({ bytesWritten }) => bytesWritten > 0)) {
    endTurns(turns)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  endTurns(turns)
  return sockets
}

function upgradeOf(socket: NullSocket): IncomingMessage {
  // Duplex stands for the socket: of it only the address is asked for.
  const request = new IncomingMessage(socket as never)
  request.method = 'GET'
  request.url = '/trades'
  request.httpVersion = '1.1'
  const headers = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
  }
  request.rawHeaders = Object.entries(headers).flat()
  for (const [name, value] of Object.entries(headers)) request.headers[name.toLowerCase()] = value
  return request
}

/** Takes everything at once. What Node and the system would do with it is not what is measured. */
class NullSocket extends Duplex {
  readonly remoteAddress = '127.0.0.1'
  bytesWritten = 0

  override write(chunk: Buffer | string): boolean {
    this.bytesWritten += chunk.length
    return true
  }

  override _read(): void {}
}
