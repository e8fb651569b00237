import { type DeflateParameters, type Ending, type Role, WireConnection, type WireLimits } from '../src/index.ts'
import { describeMessage, seededBytes } from './recorder.ts'

/** One engine of a pair: what it reported, and the transport's state as its driver would know it. */
export class End {
  readonly connection: WireConnection
  readonly log: string[] = []
  ending: Ending | undefined
  /** FIN sent by this side. */
  ended = false
  destroyed = false

  constructor(role: Role, options: PairOptions) {
    this.connection = new WireConnection({
      role,
      now: 0,
      limits: options.limits,
      deflate: options.deflate,
      random: seededBytes(role.length),
      events: {
        onMessage: (payload, binary) => this.log.push(describeMessage(payload, binary)),
        onPing: (payload) => this.log.push(`ping ${payload.toString('hex')}`.trimEnd()),
        onPong: (payload) => this.log.push(`pong ${payload.toString('hex')}`.trimEnd()),
        onEnd: (ending) => {
          if (this.ending !== undefined) throw new Error('onEnd was called twice')
          this.ending = ending
          this.log.push(`end ${ending.kind} ${ending.code}`)
        },
      },
    })
  }
}

export interface PairOptions {
  readonly limits?: Partial<WireLimits>
  readonly deflate?: DeflateParameters
}

/** Two engines joined in memory. Nothing moves until {@link flush}, and no time passes but by {@link at}. */
export class Pair {
  readonly server: End
  readonly client: End
  now = 0
  /** While true, nothing that is sent arrives: a cable that was pulled. */
  cut = false

  constructor(options: PairOptions = {}) {
    this.server = new End('server', options)
    this.client = new End('client', options)
  }

  /** Carries everything that either side has to send until both are quiet. */
  flush(): void {
    for (let moved = true; moved;) moved = this.carry(this.server, this.client) || this.carry(this.client, this.server)
  }

  carry(from: End, to: End): boolean {
    let moved = false
    const output = from.connection.takeOutput()
    if (output !== undefined && !this.cut && !from.ended) {
      for (const piece of Array.isArray(output) ? output : [output]) to.connection.receive(Buffer.from(piece), this.now)
      moved = true
    }
    if (from.connection.shouldDestroy) from.destroyed = true
    if (from.connection.shouldEnd && !from.ended) {
      from.ended = true
      if (!this.cut) to.connection.receiveEof(this.now)
      moved = true
    }
    return moved
  }

  /** Moves the clock, handling every timeout on the way at its time. */
  at(now: number): void {
    for (;;) {
      const next = Math.min(
        this.server.connection.nextTimeout() ?? Infinity,
        this.client.connection.nextTimeout() ?? Infinity,
      )
      if (next > now) break
      this.now = next
      this.server.connection.handleTimeout(next)
      this.client.connection.handleTimeout(next)
      this.flush()
    }
    this.now = now
  }
}
