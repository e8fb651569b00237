import { connect as connectTcp, type Socket } from 'node:net'
import { describeFrame, frame, type ReadFrame } from '../../packages/wire/test/frames.ts'

/** How long an attacker waits for an answer that should come at once, in milliseconds. */
const PATIENCE_MS = 3_000

/** A TCP peer that says exactly what a row says, and remembers what came back. */
export class Peer implements Disposable {
  readonly socket: Socket
  #chunks: Buffer[] = []
  #length = 0
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()
  #ended = false
  #closed = false
  /** Bytes received before it stopped remembering; a flood of answers is counted, not kept. */
  keepBytes = 4 * 1024 * 1024

  constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (bytes: Buffer) => {
      if (this.#length < this.keepBytes) this.#chunks.push(bytes)
      this.#length += bytes.length
      this.#tell()
    })
    socket.on('error', () => {})
    socket.on('end', () => {
      this.#ended = true
      this.#tell()
    })
    socket.on('close', () => {
      this.#closed = true
      this.#tell()
    })
  }

  /** Connects; rejects when nobody listens. */
  static async open(port: number): Promise<Peer> {
    const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new Peer(socket)
  }

  /** Whether the other side has ended the connection: nothing more will come. */
  get isClosed(): boolean {
    return this.#ended || this.#closed
  }

  /** Whether nothing is left of it, on either side. After an end it takes a byte that nobody wants to find out. */
  get isGone(): boolean {
    return this.#closed
  }

  get receivedBytes(): number {
    return this.#length
  }

  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  get text(): string {
    return this.received.toString('latin1')
  }

  /** Writes text as bytes. Resolves when the kernel has taken them, or the connection is over. */
  send(bytes: Buffer | string): Promise<void> {
    if (this.#closed || !this.socket.writable) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.socket.off('close', done)
        resolve()
      }
      this.socket.once('close', done)
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, done)
    })
  }

  /** One write for each piece, so that each becomes a segment of its own where the kernel allows it. */
  async sendPieces(bytes: Buffer, sizes: () => number): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#closed;) {
      const size = sizes()
      await this.send(bytes.subarray(at, at + size))
      at += size
    }
  }

  /** Waits until what came fits, the connection is over, or the time is. Whether it fits. */
  async until(fits: () => boolean, timeoutMs: number = PATIENCE_MS): Promise<boolean> {
    const endsAt = performance.now() + timeoutMs
    while (!fits()) {
      const leftMs = endsAt - performance.now()
      if (this.#closed || leftMs <= 0) return fits()
      let timer: NodeJS.Timeout | undefined
      await Promise.race([this.#changed.promise, new Promise((resolve) => (timer = setTimeout(resolve, leftMs)))])
      clearTimeout(timer)
    }
    return true
  }

  untilClosed(timeoutMs: number = PATIENCE_MS): Promise<boolean> {
    return this.until(() => this.isClosed, timeoutMs)
  }

  /** The status of the answer: `101`, `closed` without an answer, or `silence`. */
  async status(timeoutMs: number = PATIENCE_MS): Promise<string> {
    await this.until(() => this.isClosed || this.received.includes('\r\n\r\n'), timeoutMs)
    return /^HTTP\/1\.[01] (\d{3})/.exec(this.text)?.[1] ?? (this.isClosed ? 'closed' : 'silence')
  }

  /** The frames after the answer's head, as text: `close 1002`, `pong 6869`. Ends with `…` inside a frame. */
  frames(): string[] {
    return this.rawFrames().map((each) => (each === 'partial' ? '…' : describeFrame(each)))
  }

  rawFrames(): (ReadFrame | 'partial')[] {
    const { received } = this
    const head = received.indexOf('\r\n\r\n')
    return head < 0 ? [] : readServerFrames(received, head + 4)
  }

  /** Stops reading: the kernel's buffers fill, and nothing more is acknowledged. */
  stopReading(): void {
    this.socket.pause()
  }

  readAgain(): void {
    this.socket.resume()
  }

  reset(): void {
    this.socket.resetAndDestroy()
  }

  [Symbol.dispose](): void {
    this.socket.destroy()
  }

  #tell(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}

function readServerFrames(bytes: Buffer, start: number): (ReadFrame | 'partial')[] {
  const frames: (ReadFrame | 'partial')[] = []
  for (let at = start; at < bytes.length;) {
    if (at + 2 > bytes.length) return [...frames, 'partial']
    const short = bytes[at + 1]! & 127
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0
    if (at + 2 + extended > bytes.length) return [...frames, 'partial']
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short
    const masked = bytes[at + 1]! >= 128
    const begin = at + 2 + extended + (masked ? 4 : 0)
    if (begin + length > bytes.length) return [...frames, 'partial']
    const payload = Buffer.from(bytes.subarray(begin, begin + length))
    if (masked) for (let i = 0; i < length; i++) payload[i]! ^= bytes[begin - 4 + (i % 4)]!
    frames.push({ fin: bytes[at]! >= 128, rsv: (bytes[at]! >> 4) & 7, opcode: bytes[at]! & 15, masked, payload })
    at = begin + length
  }
  return frames
}

const ZERO_MASK = Buffer.alloc(4)

/** A client frame with the mask 00000000, so that its payload can be read in the hex. */
export function clientFrame(
  opcode: number,
  payload: Buffer | string = '',
  more: { fin?: boolean; rsv?: number } = {},
): Buffer {
  return frame({ opcode, payload: Buffer.from(payload), mask: ZERO_MASK, ...more })
}

/** Bytes from hex; spaces are for the reader. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

/** The request head of a good handshake, with changes: `undefined` removes a header, a list repeats it. */
export function handshake(
  path: string,
  changes: Record<string, string | string[] | undefined> = {},
  line?: string,
): string {
  const headers: Record<string, string | string[] | undefined> = {
    Host: '127.0.0.1',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...changes,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => `${name}: ${each}\r\n`),
  )
  return `${line ?? `GET ${path} HTTP/1.1`}\r\n${lines.join('')}\r\n`
}
