import { setTimeout as sleep } from 'node:timers/promises'
import { ownCore } from '../kit/cores.ts'
import { HonestClients, type Honesty, honestyOf } from '../kit/honest.ts'
import { ask } from '../kit/http.ts'
import { clientFrame, handshake, type Peer } from '../kit/peer.ts'
import { needsFrames, type ServerKind } from '../servers/kinds.ts'
import { crowd } from './crowds.ts'
import type { Attack, Row } from './row.ts'

const ROUNDS = 5
const PART_MS = 3_000

/** What a thousand hostile connections at once do to the honest ones. */
export const THOUSAND_ROW: Row = {
  id: 'M02',
  title:
    '1,000 hostile connections at once: ping floods and readers that never read, unfinished messages, half-open handshakes, SSE',
  right: 'at most 1.5 GiB; the p99 of honest clients at most doubles',
  alone: true,
  long: true,
  notFor: comparesHonesty,
  mayHoldMiB: 32,
  mayPeakMiB: 1_536,
  async run(attack) {
    // A server of the same kind that nobody attacks: what its clients see is the machine and the attacker's own load.
    await using spared = await attack.kind.start()
    using core = ownCore(attack.server.pid, [spared.pid])
    await using honest = await HonestClients.open(attack.port, attack.kind.path, 20)
    await using elsewhere = await HonestClients.open(spared.port, attack.kind.path, 6)
    const rssBefore = attack.server.rssBytes
    const calm = new Part(honest, elsewhere)
    const arrival = new Part(honest, elsewhere)
    const hostile = new Part(honest, elsewhere)
    // In turns, so that what else the machine does falls on both; and the attacker's process is as busy in both.
    for (let round = 0; round < ROUNDS; round++) {
      await calm.measure(() => trickle(attack))
      const peers: Peer[] = []
      await arrival.measure(async () => void peers.push(...(await hostileThousand(attack))))
      await hostile.measure(() => trickle(attack))
      for (const peer of peers) peer.socket.destroy()
      await sleep(500)
    }
    const { lost } = await honest.seen()
    const peakMiB = (attack.server.peakRssBytes - rssBefore) / 2 ** 20
    const [before, during] = [calm.attacked, hostile.attacked]
    const [sparedBefore, sparedDuring] = [calm.spared, hostile.spared]
    attack.figure(
      `peak ${Math.round(peakMiB)} MiB; honest in calm: ${told(before)}; in the second in which they come: ${told(arrival.attacked)}; while they stay: ${told(during)}; at a server that nobody attacks: p99 ${sparedBefore.p99Ms.toFixed(1)}, then ${sparedDuring.p99Ms.toFixed(1)} ms${core === undefined ? '; cores shared' : ''}`,
    )
    attack.note('resident memory', 'at most 1.5 GiB', `${Math.round(peakMiB)} MiB`, peakMiB <= 1_536)
    const ofTheMachine = Math.max(0, sparedDuring.p99Ms - sparedBefore.p99Ms)
    const bound = 2 * before.p99Ms + ofTheMachine
    attack.note(
      'p99 of honest clients',
      `at most ${bound.toFixed(1)} ms`,
      `${during.p99Ms.toFixed(1)} ms`,
      during.p99Ms <= bound,
    )
    attack.note('honest clients cut', '0', String(lost))
  },
}

/** One part of each round, over all rounds. */
class Part {
  readonly #honest: HonestClients
  readonly #elsewhere: HonestClients
  readonly #attacked: number[] = []
  readonly #spared: number[] = []

  constructor(honest: HonestClients, elsewhere: HonestClients) {
    this.#honest = honest
    this.#elsewhere = elsewhere
  }

  async measure(during: () => Promise<void>): Promise<void> {
    await this.#honest.samples()
    await this.#elsewhere.samples()
    await during()
    this.#attacked.push(...(await this.#honest.samples()))
    this.#spared.push(...(await this.#elsewhere.samples()))
  }

  get attacked(): Honesty {
    return honestyOf(this.#attacked, 0)
  }

  get spared(): Honesty {
    return honestyOf(this.#spared, 0)
  }
}

function comparesHonesty(kind: ServerKind): string | undefined {
  return needsFrames(kind) ?? (kind.name === 'socket.io' ? 'measured on ws, which it stands on' : undefined)
}

function told({ p50Ms, p99Ms }: Honesty): string {
  return `p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`
}

/** A message of 1 kB every 20 ms on the busy channel: the same work before and during, so that what differs is the hostility. */
async function trickle({ port, kind }: Attack): Promise<void> {
  const endsAt = performance.now() + PART_MS
  while (performance.now() < endsAt) {
    await ask(port, 'POST', kind.feedPath, Buffer.alloc(1_000), { 'Content-Type': 'application/octet-stream' })
    await sleep(20)
  }
}

/** A thousand peers, each of them unpleasant for as long as it is open. */
async function hostileThousand(attack: Attack): Promise<Peer[]> {
  const peers = await crowd(attack, 1_000)
  const ping = clientFrame(9, Buffer.alloc(125, 1))
  for (const [i, peer] of peers.entries()) {
    switch (i % 5) {
      case 0:
        // A flood of pings whose pongs nobody reads.
        peer.stopReading()
        void peer.send(handshake(attack.echoPath()))
        for (let n = 0; n < 50; n++) peer.socket.write(Buffer.concat(Array.from({ length: 200 }, () => ping)))
        break
      case 1:
        // A reader of the busy channel that does not read.
        peer.stopReading()
        void peer.send(handshake(attack.kind.busyPath!))
        break
      case 2:
        void peer.send(handshake(attack.echoPath()))
        void peer.send(clientFrame(2, Buffer.alloc(60_000), { fin: false }))
        break
      case 3:
        void peer.send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ')
        break
      default:
        peer.stopReading()
        void peer.send(`GET ${attack.kind.busyPath!} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`)
    }
  }
  await sleep(1_000)
  return peers
}
