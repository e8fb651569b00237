import { setTimeout as sleep } from 'node:timers/promises'
import { feed } from '../kit/http.ts'
import type { Peer } from '../kit/peer.ts'
import { onlyHydrant, type ServerKind } from '../servers/kinds.ts'
import { openConnect, replyTo, say } from './connect-protocol.ts'
import type { Attack, Row } from './row.ts'

const MESSAGE = Buffer.alloc(60_000, 7)
const SMALL_MESSAGE = Buffer.alloc(10, 7)

function needsFeed(kind: ServerKind): string | undefined {
  return kind.busyPath === undefined ? 'it broadcasts nothing' : undefined
}

/** What readers that do not read cost while a busy channel is fed. */
async function starve(attack: Attack, open: () => Promise<readonly Peer[]>, forMs: number): Promise<void> {
  // Until code is compiled and buffers have their size.
  await feed(attack.port, attack.kind.feedPath, MESSAGE, 2_500)
  const before = await leastHeld(attack)
  const readers = await open()
  for (const reader of readers) reader.stopReading()
  const taken = await feed(attack.port, attack.kind.feedPath, MESSAGE, forMs)
  const heldMiB = ((await leastHeld(attack)) - before) / 2 ** 20
  const each = heldMiB / readers.length
  attack.figure(
    `held ${heldMiB.toFixed(1)} MiB for ${readers.length} after ${Math.round((taken * MESSAGE.length) / 2 ** 20)} MiB`,
  )
  attack.note('held', 'at most 1.5 MiB each', `${each.toFixed(1)} MiB each`, each <= 1.5)
}

/** Without the history of large messages, which holds some MiB more or less, as they came in: small ones take its place. */
async function leastHeld(attack: Attack): Promise<number> {
  let least = Infinity
  for (let look = 0; look < 3; look++) {
    await feed(attack.port, attack.kind.feedPath, SMALL_MESSAGE, 300)
    least = Math.min(least, await attack.server.heldBytes())
  }
  return least
}

async function follow(attack: Attack): Promise<Peer> {
  const peer = await attack.open(attack.kind.busyPath)
  if (attack.kind.greeting !== undefined) {
    await peer.send(attack.kind.greeting)
    await peer.until(() => peer.frames().length >= 2)
  }
  return peer
}

const GONE_WITHIN_S = 25

/** After how many seconds the server let go of a peer that does not read; undefined when it did not. */
async function untilGone(peer: Peer, startedMs: number): Promise<number | undefined> {
  // A pong nobody wants: only a connection that is gone answers it with a reset.
  const poke = setInterval(() => void peer.send(Buffer.from([0x8a, 0x80, 0, 0, 0, 0])), 1_000)
  await peer.until(() => peer.isGone, GONE_WITHIN_S * 1_000)
  clearInterval(poke)
  return peer.isGone ? Math.round((performance.now() - startedMs) / 1_000) : undefined
}

/** Peers that ask for more than they read. */
export const READER_ROWS: readonly Row[] = [
  {
    id: 'C10',
    long: true,
    title: 'one reader with a closed window on a channel that carries 60 KB messages for 5 s',
    right: 'the policy at the outbox limit; memory stays',
    notFor: needsFeed,
    // The history of the busy channel, and the garbage of what was fed.
    mayHoldMiB: 12,
    mayPeakMiB: 160,
    async run(attack) {
      await starve(attack, async () => [await follow(attack)], 5_000)
    },
  },
  {
    id: 'C10b',
    title: 'a reader with a closed window, and one that takes a byte a second, on a channel that is fed',
    right: 'cut off within 25 s: 10 s without progress',
    slow: true,
    notFor: needsFeed,
    async run(attack) {
      const readers = [
        ['a closed window', await follow(attack)],
        ['a byte a second', await follow(attack)],
      ] as const
      for (const [, reader] of readers) reader.stopReading()
      // One byte a second, from a socket whose kernel buffers are full.
      const drip = setInterval(() => void readers[1][1].socket.read(1), 1_000)
      const started = performance.now()
      const gone = readers.map(([, reader]) => untilGone(reader, started))
      const fed = feed(attack.port, attack.kind.feedPath, MESSAGE, 4_000)
      for (const [i, [what]] of readers.entries()) {
        const seconds = await gone[i]!
        const got = seconds === undefined ? `there after ${GONE_WITHIN_S} s` : `gone after ${seconds} s`
        attack.note(what, `gone within ${GONE_WITHIN_S} s`, got, seconds !== undefined)
      }
      clearInterval(drip)
      await fed
    },
  },
  {
    id: 'C19',
    long: true,
    title: '20 SSE and 20 long-poll clients that never read, on a channel that is fed for 4 s',
    right: 'the same outbox rules',
    notFor: onlyHydrant,
    mayHoldMiB: 12,
    mayPeakMiB: 256,
    async run(attack) {
      const open = async (): Promise<Peer[]> => {
        const readers: Peer[] = []
        for (let i = 0; i < 40; i++) {
          const reader = await attack.connect()
          const [path, accept] =
            i % 2 === 0 ? ['/busy', 'text/event-stream'] : ['/busy?since=x:0&wait=25', 'application/json']
          void reader.send(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${accept}\r\n\r\n`)
          readers.push(reader)
        }
        await sleep(200)
        return readers
      }
      await starve(attack, open, 4_000)
    },
  },
  {
    id: 'C21',
    long: true,
    title: 'small questions with large answers (a presence list of 200 KB, asked 3,000 times), never reading',
    right: 'the answers that wait are bounded too',
    notFor: onlyHydrant,
    mayPeakMiB: 128,
    async run(attack) {
      const members = await Promise.all(Array.from({ length: 200 }, () => openConnect(attack)))
      for (const member of members)
        void member.send(say({ op: 'presence', id: 1, channel: '/json/room', data: 'x'.repeat(1_000) }))
      await Promise.all(members.map((member) => replyTo(member, 1)))
      const before = await attack.server.heldBytes()
      const asker = await openConnect(attack)
      asker.stopReading()
      for (let id = 2; id < 3_000 && !asker.isClosed; id += 50) {
        const questions = Array.from({ length: 50 }, (_, i) =>
          say({ op: 'presence', id: id + i, channel: '/json/room' }),
        )
        await Promise.race([asker.send(Buffer.concat(questions)), sleep(100)])
      }
      const heldMiB = ((await attack.server.heldBytes()) - before) / 2 ** 20
      attack.figure(`held ${heldMiB.toFixed(1)} MiB`)
      attack.note('held by one connection', 'at most 1.5 MiB', `${heldMiB.toFixed(1)} MiB`, heldMiB <= 1.5)
    },
  },
]
