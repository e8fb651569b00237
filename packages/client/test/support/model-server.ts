import { problem, type Up, parseUp, type ChannelRequest } from '@hydrant/protocol'
import type { ServerEnd, TestServer } from './network.ts'

interface Entry {
  readonly offset: number
  readonly data: unknown
  readonly timeMs: number
}

/** One channel's log as PROTOCOL.md has it. */
export class ModelLog {
  epoch: string
  readonly kind: 'stream' | 'state'
  entries: Entry[] = []
  trimmedThrough = 0
  head = 0
  readonly keys = new Map<string, string>()
  #epochs = 1

  constructor(kind: 'stream' | 'state') {
    this.kind = kind
    this.epoch = 'e1'
  }

  append(data: unknown, timeMs: number): string {
    this.entries.push({ offset: ++this.head, data, timeMs })
    return `${this.epoch}:${this.head}`
  }

  trim(keep: number): void {
    while (this.entries.length > keep) this.trimmedThrough = this.entries.shift()!.offset
  }

  /** The log is lost. */
  newEpoch(): void {
    this.epoch = `e${++this.#epochs}`
    this.entries = []
    this.trimmedThrough = this.head = 0
    this.keys.clear()
  }

  /** What a replay after an offset tells. */
  after(offset: number): Entry[] {
    const later = this.entries.filter((entry) => entry.offset > offset)
    if (this.kind === 'stream') return later
    return later.filter((entry) => !later.some((other) => other.offset > entry.offset && keyOf(other) === keyOf(entry)))
  }
}

function keyOf({ data }: Entry): unknown {
  return (data as { key?: unknown }).key
}

interface Sub {
  epoch: string
  offset: number
  alias: number
  presence: boolean
}

interface Peer {
  readonly session: string
  readonly end: ServerEnd
  readonly subs: Map<string, Sub>
}

/** The rules of PROTOCOL.md in memory: what a client can rely on, and faults on demand. */
export class ModelServer implements TestServer {
  readonly logs = new Map<string, ModelLog>()
  readonly requests: Up[] = []
  readonly peers = new Set<Peer>()
  readonly members = new Map<string, Map<string, unknown>>()
  /** Sends each message twice. */
  repeats = false
  /** Answers instead of the model when it returns something. */
  intercept: (request: Up, end: ServerEnd) => object | 'silence' | undefined = () => undefined
  readonly #nowMs: () => number
  #aliases = 0
  #sessions = 0

  constructor(nowMs: () => number = () => 0) {
    this.#nowMs = nowMs
  }

  log(channel: string, kind: 'stream' | 'state' = 'stream'): ModelLog {
    let log = this.logs.get(channel)
    if (log === undefined) {
      log = new ModelLog(kind)
      this.logs.set(channel, log)
    }
    return log
  }

  publish(channel: string, data: unknown): string {
    const position = this.log(channel).append(data, this.#nowMs())
    this.deliver()
    return position
  }

  connect(end: ServerEnd): { receive(message: object): void; closed(): void } {
    const peer: Peer = { session: `s${++this.#sessions}`, end, subs: new Map() }
    this.peers.add(peer)
    end.send({
      push: 'hello',
      session: peer.session,
      time: this.#nowMs(),
      limits: { channels: 128, messageBytes: 65_536 },
    })
    return {
      receive: (message) => this.#receive(peer, message),
      closed: () => {
        this.peers.delete(peer)
        for (const members of this.members.values()) members.delete(peer.session)
      },
    }
  }

  /** Sends everybody what they have not been sent. */
  deliver(): void {
    for (const peer of this.peers) {
      for (const [channel, sub] of peer.subs) {
        const log = this.log(channel)
        if (sub.epoch !== log.epoch) {
          const to = `${log.epoch}:${log.trimmedThrough}`
          peer.end.send({ push: 'gap', channel, from: `${sub.epoch}:${sub.offset}`, to, reason: 'epoch-changed' })
          sub.alias = ++this.#aliases
          peer.end.send({
            push: 'channel',
            channel,
            aliases: { [sub.alias]: 'message' },
            epoch: log.epoch,
            time: 0,
            head: log.head,
          })
          sub.epoch = log.epoch
          sub.offset = log.trimmedThrough
        } else if (sub.offset < log.trimmedThrough) {
          const gap = {
            from: `${sub.epoch}:${sub.offset}`,
            to: `${log.epoch}:${log.trimmedThrough}`,
            missed: log.trimmedThrough - sub.offset,
          }
          peer.end.send({ push: 'gap', channel, ...gap, reason: 'slow-consumer' })
          sub.offset = log.trimmedThrough
        }
        for (const { offset, data, timeMs } of log.after(sub.offset)) {
          const message = { c: sub.alias, o: offset, t: timeMs, d: data }
          peer.end.send(message)
          if (this.repeats) peer.end.send(message)
          sub.offset = offset
        }
      }
    }
  }

  #receive(peer: Peer, message: object): void {
    const parsed = parseUp(message)
    if (parsed.kind === 'strike') throw new Error(`the client sent what is no request: ${JSON.stringify(message)}`)
    if (parsed.kind === 'refused') return peer.end.send({ id: parsed.id, error: parsed.error })
    const { request } = parsed
    this.requests.push(request)
    const answer = this.intercept(request, peer.end) ?? this.#answer(peer, request)
    if (answer !== 'silence') peer.end.send({ id: request.id, ...answer })
    this.deliver()
  }

  #answer(peer: Peer, request: Up): object {
    switch (request.op) {
      case 'subscribe':
        return { result: { channels: request.channels.map((channel) => this.#subscribe(peer, channel)) } }
      case 'unsubscribe':
        for (const channel of request.channels) peer.subs.delete(channel)
        return { result: {} }
      case 'publish': {
        const { keys } = this.log(request.channel)
        const known = request.key === undefined ? undefined : keys.get(request.key)
        if (known !== undefined) return { result: { position: known, repeated: true } }
        const position = this.log(request.channel).append(request.data ?? { base64: request.base64 }, this.#nowMs())
        if (request.key !== undefined) keys.set(request.key, position)
        return { result: { position } }
      }
      case 'request':
        return { result: { name: 'echoed', data: { asked: request.data } } }
      case 'presence': {
        const members = this.members.get(request.channel) ?? new Map<string, unknown>()
        this.members.set(request.channel, members)
        if (request.data === null) members.delete(peer.session)
        else if (request.data !== undefined) members.set(peer.session, request.data)
        const list = this.#members(request.channel)
        for (const other of this.peers) {
          if (request.data === undefined || other.subs.get(request.channel)?.presence !== true) continue
          const joined = request.data === null ? [] : [{ session: peer.session, data: request.data }]
          const left = request.data === null ? [peer.session] : []
          other.end.send({ push: 'presence', channel: request.channel, joined, left })
        }
        return { result: { members: list } }
      }
      case 'ping':
        return { result: { time: this.#nowMs() } }
      case 'authenticate':
        return request.token.startsWith('bad') ? { error: problem('unauthenticated', 'refused') } : { result: {} }
    }
  }

  #members(channel: string): object[] {
    return [...(this.members.get(channel) ?? [])].map(([session, data]) => ({ session, data }))
  }

  #subscribe(peer: Peer, { channel, since, last, presence }: ChannelRequest): object {
    if (channel.startsWith('/no/')) return { channel, error: problem('channel-unknown', `no ${channel}`) }
    const log = this.log(channel)
    const before = peer.subs.get(channel)
    const sub: Sub = { epoch: log.epoch, offset: log.head, alias: ++this.#aliases, presence: presence ?? false }
    let recovery = {}
    if (since !== undefined) {
      const [epoch, offset] = [since.slice(0, since.lastIndexOf(':')), Number(since.slice(since.lastIndexOf(':') + 1))]
      const to = `${log.epoch}:${log.trimmedThrough}`
      if (epoch !== log.epoch || offset > log.head)
        recovery = { recovered: false, gap: { from: since, to, reason: 'epoch-changed' } }
      else if (offset < log.trimmedThrough)
        recovery = { recovered: false, gap: { from: since, to, reason: 'history-trimmed' } }
      else recovery = { recovered: true }
      sub.offset = 'gap' in recovery ? log.trimmedThrough : offset
    } else if (last !== undefined) sub.offset = Math.max(log.trimmedThrough, log.head - last)
    else if (before !== undefined) {
      sub.epoch = before.epoch
      sub.offset = before.offset
    } else if (log.kind === 'state') sub.offset = 0
    peer.subs.set(channel, sub)
    const members = presence === true ? { members: this.#members(channel) } : {}
    return {
      channel,
      kind: log.kind,
      aliases: { [sub.alias]: 'message' },
      epoch: log.epoch,
      time: 0,
      head: log.head,
      ...recovery,
      ...members,
    }
  }
}
