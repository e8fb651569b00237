import { setTimeout as sleep } from 'node:timers/promises'
import { clientFrame, handshake, type Peer } from '../kit/peer.ts'
import { needsFrames } from '../servers/kinds.ts'
import { type Attack, isRefused, type Row } from './row.ts'

/** Many connections at once, as far as the server takes them. */
export async function crowd(attack: Attack, count: number): Promise<Peer[]> {
  const peers: Peer[] = []
  for (let at = 0; at < count; at += 500) {
    const opened = await Promise.allSettled(Array.from({ length: Math.min(500, count - at) }, () => attack.connect()))
    for (const each of opened) if (each.status === 'fulfilled') peers.push(each.value)
  }
  return peers
}

async function opensWithin(attack: Attack, ms: number): Promise<string> {
  const endsAt = performance.now() + ms
  for (;;) {
    try {
      const peer = await attack.connect()
      void peer.send(handshake(attack.echoPath()))
      const status = await peer.status(1_000)
      if (status === '101' || performance.now() > endsAt) return status
    } catch {
      if (performance.now() > endsAt) return 'no connection'
    }
    await sleep(100)
  }
}

/** Many peers at once. */
export const CROWD_ROWS: readonly Row[] = [
  {
    id: 'A03',
    title: '5,000 half-open handshakes from one address',
    right: 'the pool of sockets without a handshake is capped; established clients are not affected',
    alone: true,
    mayHoldMiB: 16,
    mayPeakMiB: 160,
    async run(attack) {
      const peers = await crowd(attack, 5_000)
      for (const peer of peers) void peer.send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ')
      await sleep(1_500)
      const open = peers.filter((peer) => !peer.isClosed).length
      attack.figure(`${open} of 5,000 left open`)
      const most = attack.kind.name === 'hydrant' ? 512 : 4_999
      attack.note('half-open', `at most ${most}`, String(open), open <= most)
      for (const peer of peers) peer.socket.destroy()
      attack.note('afterwards', '101', await opensWithin(attack, 5_000))
    },
  },
  {
    id: 'A20',
    title: '10,000 connects at once; file descriptors run out',
    right: '503 with Retry-After over the limit; it recovers',
    alone: true,
    mayHoldMiB: 32,
    mayPeakMiB: 512,
    async run(attack) {
      const peers = await crowd(attack, 10_000)
      for (const peer of peers) void peer.send(handshake(attack.echoPath()))
      await sleep(2_500)
      const statuses = Map.groupBy(
        peers,
        (peer) => /^HTTP\/1\.1 (\d+)/.exec(peer.text)?.[1] ?? (peer.isClosed ? 'closed' : 'none'),
      )
      attack.figure([...statuses].map(([status, { length }]) => `${status}: ${length}`).join(', '))
      if (attack.kind.name === 'hydrant') {
        // 408 where opening all of them took longer than the deadline of the first; a reset may take the answer with it.
        const wrong = [...statuses.keys()].filter((status) => !['101', '503', '408', 'closed'].includes(status))
        attack.note('answers', '101, 503 or 408', wrong.join(', ') || '101, 503 or 408')
        const silent = (statuses.get('503') ?? []).filter((peer) => !/\r\nretry-after: \d+\r\n/i.test(peer.text))
        attack.note('503 without Retry-After', '0', String(silent.length))
      }
      const later = await laterStatus(attack)
      attack.note(
        'new clients while they stay',
        '101, or an error with Retry-After',
        later,
        /^101|Retry-After$/.test(later),
      )
      for (const peer of peers) peer.socket.destroy()
      attack.note('afterwards', '101', await opensWithin(attack, 10_000))
      await notesRules(attack, 'afterwards')
      await using limited = await attack.kind.start({ files: 300 })
      const few = {
        ...attack,
        port: limited.port,
        server: limited,
        connect: async () => (await import('../kit/peer.ts')).Peer.open(limited.port),
      }
      const many = await crowd(few, 600)
      await sleep(500)
      for (const peer of many) peer.socket.destroy()
      attack.note(
        '300 descriptors, 600 connects: lives',
        'yes',
        limited.death === undefined ? 'yes' : `no: ${limited.death}`,
      )
      if (limited.death !== undefined) return
      attack.note('300 descriptors: afterwards', '101', await opensWithin(few, 10_000))
      await notesRules(few, '300 descriptors, afterwards')
    },
  },
  {
    id: 'M01',
    long: true,
    title: 'one idle connection, and one that holds 65,535 bytes of an unfinished message',
    right: 'at most 1.5 MiB above idle each',
    notFor: needsFrames,
    async run(attack) {
      await attack.server.heldBytes()
      for (const [what, bytes] of [
        ['idle', undefined],
        ['unfinished', clientFrame(2, Buffer.alloc(65_535), { fin: false })],
      ] as const) {
        const before = await attack.server.heldBytes()
        const peers = await Promise.all(Array.from({ length: 100 }, () => attack.open()))
        if (bytes !== undefined) for (const peer of peers) void peer.send(bytes)
        await sleep(300)
        const kib = ((await attack.server.heldBytes()) - before) / 1024 / peers.length
        attack.figure(`${what}: ${kib.toFixed(1)} KiB each`)
        attack.note(what, 'at most 1,536 KiB', `${kib.toFixed(1)} KiB`, kib <= 1_536)
        for (const peer of peers) peer.socket.destroy()
        await sleep(300)
      }
    },
  },
]

/** What was refused before the crowd came is refused after it. */
async function notesRules(attack: Attack, when: string): Promise<void> {
  if (attack.kind.name !== 'hydrant') return
  const statusOf = async (request: string): Promise<string> => {
    using peer = await attack.connect()
    void peer.send(request)
    return await peer.status()
  }
  attack.note(
    `a foreign page, ${when}`,
    '403',
    await statusOf(handshake(attack.echoPath(), { Origin: 'https://evil.test' })),
  )
  attack.note(
    `a wrong handshake, ${when}`,
    '400',
    await statusOf(handshake(attack.echoPath(), { 'Sec-WebSocket-Key': 'x' })),
  )
}

async function laterStatus(attack: Attack): Promise<string> {
  try {
    const peer = await attack.connect()
    void peer.send(handshake(attack.echoPath()))
    const status = await peer.status()
    return isRefused(status) && /retry-after/i.test(peer.text) ? `${status} with Retry-After` : status
  } catch {
    return 'no connection'
  }
}
