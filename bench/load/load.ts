import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/**
 * native/load.c for machines without a C compiler: the same arguments, commands and checks. It costs several times as
 * much, so more rows will be marked invalid.
 */
const [port, path, connections, expectFile, frameBytes, sendFile, sendFrameBytes, inFlight, creditPort, creditEvery] =
  process.argv.slice(2)
const expected = readFileSync(expectFile!)
const frame = Number(frameBytes)
const toSend = Number(inFlight) > 0 ? readFileSync(sendFile!) : Buffer.alloc(0)
const sendFrame = Number(sendFrameBytes)
const every = Number(creditEvery)
const clients: Client[] = []
const arrived = new Map<number, number>()
const totals = { sent: 0, received: 0, wrong: 0, lost: 0 }
let running = false
let creditSocket: Socket | undefined

class Client {
  readonly #socket: Socket
  #greeting = ''
  #bytes = 0
  #sent = 0
  readonly greeted: Promise<void>

  constructor() {
    let done = (): void => {}
    this.greeted = new Promise((resolve) => {
      done = resolve
    })
    this.#socket = connect({
      port: Number(port),
      host: '127.0.0.1',
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(64 * 1024),
        callback: (length, buffer) => {
          const bytes = (buffer as Buffer).subarray(0, length)
          if (this.#greeting === '') this.#greet(bytes, done)
          else this.#receive(bytes)
          return true
        },
      },
    })
    this.#socket.on('close', () => totals.lost++)
    this.#socket.on('error', (error) => console.error(error.message))
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
  }

  send(frames: number): void {
    for (let left = frames; left > 0;) {
      const at = (this.#sent * sendFrame) % toSend.length
      const now = Math.min(left, (toSend.length - at) / sendFrame)
      this.#socket.write(toSend.subarray(at, at + now * sendFrame))
      this.#sent += now
      totals.sent += now
      left -= now
    }
  }

  /** Nothing is sent before `start`, so the answer to the handshake comes alone. */
  #greet(bytes: Buffer, done: () => void): void {
    const text = bytes.toString('latin1')
    if (!text.startsWith('HTTP/1.1 101') || !text.endsWith('\r\n\r\n')) {
      console.error(`refused: ${text}`)
      process.exit(1)
    }
    this.#greeting = text
    done()
  }

  #receive(bytes: Buffer): void {
    this.#compare(bytes)
    const before = Math.floor(this.#bytes / frame)
    this.#bytes += bytes.length
    const after = Math.floor(this.#bytes / frame)
    totals.received += after - before
    if (creditSocket !== undefined) tellCredit(creditSocket, before, after)
    if (running && Number(inFlight) > 0) this.send(after - before)
  }

  #compare(bytes: Buffer): void {
    let at = this.#bytes % expected.length
    for (let i = 0; i < bytes.length;) {
      const part = Math.min(expected.length - at, bytes.length - i)
      if (expected.compare(bytes, i, i + part, at, at + part) !== 0) totals.wrong++
      i += part
      at = 0
    }
  }
}

function tellCredit(socket: Socket, before: number, after: number): void {
  for (let m = Math.floor(before / every) + 1; m <= Math.floor(after / every); m++) {
    const count = (arrived.get(m) ?? 0) + 1
    if (count < clients.length) arrived.set(m, count)
    else {
      arrived.delete(m)
      socket.write('c')
    }
  }
}

for (let i = 0; i < Number(connections); i++) {
  const client = new Client()
  clients.push(client)
  await client.greeted
}
if (Number(creditPort) > 0) creditSocket = connect(Number(creditPort), '127.0.0.1')
say({ connected: clients.length })

const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => {
  if (line === 'start') {
    running = true
    for (const client of clients) client.send(Number(inFlight))
  } else if (line === 'stop') running = false
  else if (line === 'quit') process.exit(0)
  else {
    const { user, system } = process.cpuUsage()
    say({ ...totals, userMicros: user, systemMicros: system })
  }
})
lines.on('close', () => process.exit(0))

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
