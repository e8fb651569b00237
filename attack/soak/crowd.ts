import { clientFrame, handshake, Peer } from '../kit/peer.ts'

/** What a connection does while it is open. */
type Manner = 'follower' | 'echoer' | 'stream' | 'flooder' | 'sleeper' | 'violator' | 'unfinished' | 'half-open'

/** In a hundred connections: ninety are honest. */
const MANNERS: readonly (readonly [Manner, number])[] = [
  ['follower', 60],
  ['echoer', 22],
  ['stream', 8],
  ['flooder', 2],
  ['sleeper', 2],
  ['violator', 2],
  ['unfinished', 2],
  ['half-open', 2],
]
const HONEST = new Set<Manner>(['follower', 'echoer', 'stream'])

/** Any byte is a sign of life: this often is enough for a server that pings every 25 s and waits 10 s, also on a machine that stands still for seconds. */
const LIFE_EVERY_MS = 4_000

interface Member {
  readonly manner: Manner
  readonly peer: Peer
  nextMs: number
}

/** Connections that come, behave and go. Whoever is cut by the server is replaced, as clients come back. */
export class Crowd {
  readonly #port: number
  readonly #count: number
  readonly #members = new Set<Member>()
  #opening = 0
  #opened = 0
  /** Honest connections that the server cut. */
  honestCuts = 0
  /** The same by what they did. */
  readonly honestCutsBy: Record<string, number> = {}
  hostileCuts = 0
  refused = 0

  constructor(port: number, count: number) {
    this.#port = port
    this.#count = count
  }

  get size(): number {
    return this.#members.size
  }

  get opened(): number {
    return this.#opened
  }

  /** Bytes that all members have received. */
  receivedBytes = 0

  /** Opens what is missing, at most so many at once. */
  fill(atOnce: number): void {
    while (this.#members.size + this.#opening < this.#count && this.#opening < atOnce) void this.#open()
  }

  /** Lets a share of the members go, each as it would: honest ones with a Close, the others without. */
  churn(count: number): void {
    let left = count
    for (const member of this.#members) {
      if (left-- <= 0) return
      this.#members.delete(member)
      this.receivedBytes += member.peer.receivedBytes
      if (member.manner === 'follower' || member.manner === 'echoer') {
        void member.peer.send(clientFrame(8, Buffer.from([0x03, 0xe8])))
        void member.peer.untilClosed(10_000).then(() => member.peer.socket.destroy())
      } else member.peer.reset()
    }
  }

  /** Everybody does what is due now. */
  act(nowMs: number): void {
    for (const member of this.#members) {
      if (member.peer.isClosed) {
        this.#members.delete(member)
        this.receivedBytes += member.peer.receivedBytes
        if (HONEST.has(member.manner)) {
          this.honestCuts++
          const name = `honest ${member.manner} cut`
          this.honestCutsBy[name] = (this.honestCutsBy[name] ?? 0) + 1
        } else this.hostileCuts++
        member.peer.socket.destroy()
      } else if (nowMs >= member.nextMs) this.#behave(member, nowMs)
    }
  }

  close(): void {
    for (const { peer } of this.#members) peer.socket.destroy()
    this.#members.clear()
  }

  async #open(): Promise<void> {
    this.#opening++
    const number = this.#opened++
    const manner = mannerOf(number)
    try {
      const peer = await Peer.open(this.#port)
      peer.keepBytes = 0
      const path =
        manner === 'follower' || manner === 'sleeper'
          ? '/ticks'
          : manner === 'stream'
            ? '/ticks'
            : `/echo/c${number % this.#count}`
      if (manner === 'stream')
        void peer.send(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`)
      else if (manner === 'half-open') void peer.send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ')
      else void peer.send(handshake(path))
      if (manner !== 'half-open') await peer.until(() => peer.isClosed || peer.receivedBytes > 0, 20_000)
      if (manner === 'flooder' || manner === 'sleeper') peer.stopReading()
      this.#members.add({ manner, peer, nextMs: performance.now() + Math.random() * LIFE_EVERY_MS })
    } catch {
      this.refused++
    } finally {
      this.#opening--
    }
  }

  #behave(member: Member, nowMs: number): void {
    const { manner, peer } = member
    member.nextMs = nowMs + LIFE_EVERY_MS
    switch (manner) {
      case 'follower':
        void peer.send(clientFrame(9, ''))
        break
      case 'echoer':
        member.nextMs = nowMs + 2_000
        void peer.send(clientFrame(1, 'an honest message of some forty characters'))
        break
      case 'stream':
        break
      case 'flooder':
        member.nextMs = nowMs + 1_000
        void peer.send(Buffer.concat(Array.from({ length: 50 }, () => clientFrame(9, Buffer.alloc(125)))))
        break
      case 'sleeper':
        void peer.send(clientFrame(10, ''))
        break
      case 'violator':
        void peer.send(
          [clientFrame(3, ''), clientFrame(1, Buffer.from([0xff])), clientFrame(2, 'x', { rsv: 2 })][
            Math.floor(nowMs) % 3
          ]!,
        )
        break
      case 'unfinished':
        void peer.send(clientFrame(peer.socket.bytesWritten > 400 ? 0 : 2, Buffer.alloc(2_000), { fin: false }))
        break
      case 'half-open':
        member.nextMs = nowMs + 3_000
        void peer.send('x')
    }
  }
}

function mannerOf(number: number): Manner {
  // Spread: neighbours in time differ, so that churn takes some of each.
  let place = (number * 37) % 100
  for (const [manner, share] of MANNERS) {
    if (place < share) return manner
    place -= share
  }
  return 'follower'
}
