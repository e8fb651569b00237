import { type Client, connect, type ConnectOptions } from '@hydrant/client'
import type { Ledger, SubscriberLog } from '../src/index.ts'
import { ChaosProxy } from './chaos-proxy.ts'
import type { Subscriber } from './subscriber.ts'

/** Which way the client goes: a socket, HTTP because sockets are blocked, or whatever is there when both come and go. */
export type Way = 'socket' | 'fallback' | 'changing'

/** The client that people use, following several channels on one connection. */
export class ClientSubscriber implements Subscriber {
  readonly proxy: ChaosProxy
  readonly logs: readonly SubscriberLog[]
  /** What it reported besides its messages. There is nothing that it should. */
  readonly errors: string[] = []
  readonly #way: Way
  readonly #client: Client
  readonly #channels = new Map<SubscriberLog, { readonly position: string | undefined }>()
  #isBlocked: boolean
  #failsNext = false
  #see: (sighting: 'online') => void = () => {}

  private constructor(way: Way, logs: readonly SubscriberLog[], proxy: ChaosProxy) {
    this.#way = way
    this.logs = logs
    this.proxy = proxy
    this.#isBlocked = way === 'fallback'
    this.#client = connect(`ws://127.0.0.1:${proxy.port}`, this.#options())
    this.#client.on('error', (error) => this.errors.push(`${error.code}: ${error.message}`))
    for (const log of logs) this.#follow(log)
  }

  static async open(
    way: Way,
    logs: readonly SubscriberLog[],
    port: () => number,
    ledger: Ledger,
  ): Promise<ClientSubscriber> {
    const proxy = new ChaosProxy(port)
    await proxy.listen()
    ledger.subscribers.push(...logs)
    return new ClientSubscriber(way, logs, proxy)
  }

  positionOf(log: SubscriberLog): string | undefined {
    return this.#channels.get(log)!.position
  }

  failNextDispatch(): void {
    this.#failsNext = true
  }

  /** The old connection's replay still runs at the server when the new one asks. */
  resumeAgain(): void {
    if (this.#way === 'changing') this.#isBlocked = !this.#isBlocked
    this.proxy.halfOpen(1_500)
    // As when the network has changed: it does not wait for its turn.
    this.#see('online')
  }

  async close(): Promise<void> {
    this.#client.close()
    await this.proxy.close()
  }

  #follow(log: SubscriberLog): void {
    const channel = this.#client.channel(log.channel)
    this.#channels.set(log, channel)
    channel.on('gap', ({ from, to }) => log.seen.push({ kind: 'gap', from, to }))
    channel.subscribe(
      (data, { position }) => {
        log.seen.push({ kind: 'message', position, payload: data as string })
        if (!this.#failsNext) return
        this.#failsNext = false
        this.proxy.reset()
      },
      { since: log.start },
    )
  }

  #options(): ConnectOptions {
    return {
      policy: { firstDelayMs: 50, maxDelayMs: 200, blockedAfter: this.#way === 'socket' ? Infinity : 1 },
      platform: {
        openSocket: (url, subprotocol) =>
          this.#isBlocked ? blockedSocket() : (new WebSocket(url, subprotocol) as never),
        after(delayMs, run) {
          const timer = setTimeout(run, shortened(delayMs))
          return () => clearTimeout(timer)
        },
        watch: (see) => {
          this.#see = see
          return () => {}
        },
      },
    }
  }
}

/** The fallback's rests, and its looks whether sockets go again, are made for days; a run has minutes. */
function shortened(delayMs: number): number {
  if (delayMs >= 60_000) return 500
  return delayMs >= 1_000 && delayMs <= 3_000 ? delayMs / 20 : delayMs
}

type SocketLike = ReturnType<NonNullable<NonNullable<ConnectOptions['platform']>['openSocket']>>

/** A socket that a proxy does not let through. */
function blockedSocket(): SocketLike {
  const socket: SocketLike = { onopen: null, onmessage: null, onclose: null, onerror: null, send() {}, close() {} }
  setTimeout(() => socket.onclose?.({ code: 1006, reason: 'blocked' }), 5)
  return socket
}
