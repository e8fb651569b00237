import { connect, type Socket } from 'node:net'

/** A TCP client that says exactly what the test says. */
export class RawClient implements Disposable {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #closed = false
  #changed: PromiseWithResolvers<void> = Promise.withResolvers()

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes])
      this.#tell()
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
      this.#tell()
    })
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await new Promise((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new RawClient(socket)
  }

  #tell(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  }

  get received(): string {
    return this.#received.toString('latin1')
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Waits until what was received fits, or the connection is closed. */
  async until(fits: (received: string) => boolean): Promise<string> {
    while (!fits(this.received) && !this.#closed) await this.#changed.promise
    return this.received
  }

  async untilClosed(): Promise<string> {
    return this.until(() => false)
  }

  /** Cuts the connection with a RST. */
  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** Stops reading: the kernel's buffers fill, and nothing more is acknowledged. */
  stopReading(): void {
    this.#socket.pause()
  }

  readAgain(): void {
    this.#socket.resume()
  }

  [Symbol.dispose](): void {
    this.#socket.destroy()
  }
}

/** The request head of a good handshake, with changes: `undefined` removes a header, a list repeats it. */
export function handshake(path: string, changes: Record<string, string | string[] | undefined> = {}): string {
  const headers: Record<string, string | string[] | undefined> = {
    Host: 'localhost',
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...changes,
  }
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((each) => `${name}: ${each}\r\n`),
  )
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** A masked client frame with the mask 00000000. */
export function clientFrame(opcode: number, payload: string | Buffer, first: number = 0x80 | opcode): Buffer {
  const body = Buffer.from(payload)
  const head = body.length < 126 ? [first, 0x80 | body.length] : [first, 0xfe, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body])
}
