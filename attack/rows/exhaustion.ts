import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../kit/http.ts'
import { clientFrame, handshake, hex, type Peer } from '../kit/peer.ts'
import { needsEcho, needsFrames, onlyHydrant, type ServerKind } from '../servers/kinds.ts'
import { openConnect, replyTo, say } from './connect-protocol.ts'
import { bomb } from './frame-cases.ts'
import type { Attack, Row } from './row.ts'

async function closeOf(peer: Peer, timeoutMs?: number): Promise<string> {
  await peer.until(() => peer.frames().some((frame) => frame.startsWith('close')), timeoutMs)
  return peer.frames().find((frame) => frame.startsWith('close')) ?? (peer.isClosed ? 'closed without a frame' : 'open')
}

/** The largest message each takes by default, in bytes. */
const LIMIT = { hydrant: 65_536, ws: 100 * 1024 * 1024, 'socket.io': 1_000_000, node: 0 } as const

/** Sends the same bytes until it is over, or the connection is. */
async function flood(peer: Peer, bytes: Buffer, forMs: number): Promise<number> {
  const endsAt = performance.now() + forMs
  let sent = 0
  while (performance.now() < endsAt && !peer.isClosed && peer.socket.writable) {
    // A peer that nobody answers any more would wait here for good.
    await Promise.race([peer.send(bytes), sleep(250)])
    sent += bytes.length
  }
  return sent
}

function needsDeflate(kind: ServerKind): string | undefined {
  return needsEcho(kind)
}

/** What costs the server more than the attacker. */
export const EXHAUSTION_ROWS: readonly Row[] = [
  {
    id: 'C01',
    title: 'a message of endless fragments: one byte each, then empty ones',
    right: '1008 at 1,024 fragments',
    notFor: needsFrames,
    async run(attack) {
      for (const [what, piece] of [
        ['one byte each', clientFrame(0, 'x', { fin: false })],
        ['empty', clientFrame(0, '', { fin: false })],
      ] as const) {
        const peer = await attack.open()
        void peer.send(clientFrame(2, '', { fin: false }))
        const many = Buffer.concat(Array.from({ length: 512 }, () => piece))
        for (let i = 0; i < 400 && !peer.isClosed && closing(peer) === undefined; i++)
          await Promise.race([peer.send(many), sleep(250)])
        attack.note(what, 'close 1008', closing(peer) ?? (await closeOf(peer)))
      }
    },
  },
  {
    id: 'C02',
    title: 'fragments under the limit whose sum is over it',
    right: '1009 on the sum',
    notFor: needsFrames,
    mayPeakMiB: 160,
    async run(attack) {
      const peer = await attack.open()
      const fragment = LIMIT[attack.kind.name] / 16 + 1
      for (let i = 0; i < 16; i++)
        await Promise.race([
          peer.send(clientFrame(i === 0 ? 2 : 0, Buffer.alloc(fragment), { fin: false })),
          sleep(2_000),
        ])
      attack.note('16 fragments', 'close 1009', await closeOf(peer))
    },
  },
  {
    id: 'C03',
    title: 'a message that is never finished, kept alive with pings',
    right: 'the assembly deadline, 30 s, ends it',
    slow: true,
    notFor: needsFrames,
    async run(attack) {
      const peer = await attack.open()
      void peer.send(clientFrame(1, 'x', { fin: false }))
      const alive = setInterval(() => void peer.send(clientFrame(9, '')), 1_000)
      const got = await closeOf(peer, 36_000)
      clearInterval(alive)
      attack.note('unfinished', 'close 1008', got)
    },
  },
  {
    id: 'C04',
    long: true,
    title: '30 messages of 10,000 bytes in one-byte segments, all unfinished',
    right: 'what is held follows the bytes: no byte keeps a slab of 64 KiB',
    notFor: needsFrames,
    async run(attack) {
      const before = await attack.server.heldBytes()
      const peers = await Promise.all(Array.from({ length: 30 }, () => attack.open()))
      const bytes = clientFrame(2, Buffer.alloc(10_001)).subarray(0, 10_000)
      for (let at = 0; at < bytes.length; at += 100) {
        for (const peer of peers) for (let i = at; i < at + 100; i++) peer.socket.write(bytes.subarray(i, i + 1))
        await sleep(2)
      }
      await sleep(300)
      const heldMiB = ((await attack.server.heldBytes()) - before) / 2 ** 20
      attack.figure(`held ${heldMiB.toFixed(1)} MiB for 0.3 MB received`)
      attack.note('held', 'below 3 MiB', `${heldMiB.toFixed(1)} MiB`, heldMiB < 3)
    },
  },
  {
    id: 'C05',
    title: '65 KB of deflate that inflate to 64 MiB, whole and in fragments (servers with compression on)',
    right: 'stops one byte over the limit: 1009',
    deflate: true,
    notFor: needsDeflate,
    async run(attack) {
      const block = bomb(64 * 2 ** 20)
      for (const [what, frames] of [
        ['whole', [clientFrame(2, block, { rsv: 4 })]],
        [
          'in 16 fragments',
          Array.from({ length: 16 }, (_, i) =>
            clientFrame(i === 0 ? 2 : 0, block.subarray((i * block.length) / 16, ((i + 1) * block.length) / 16), {
              fin: i === 15,
              rsv: i === 0 ? 4 : 0,
            }),
          ),
        ],
      ] as const) {
        const peer = await openDeflated(attack)
        void peer.send(Buffer.concat(frames))
        attack.note(what, 'close 1009', await closeOf(peer, 5_000))
      }
    },
  },
  {
    id: 'C06',
    title: 'corrupt deflate; over the limit and then corrupt (servers with compression on)',
    right: 'one error, 1007 or 1009, nothing unhandled',
    deflate: true,
    notFor: needsDeflate,
    async run(attack) {
      const corrupt = Buffer.concat([bomb(100_000_000 / 500), hex('FFFF')])
      for (const [what, payload] of [
        ['corrupt', hex('FFFFFFFF')],
        ['over the limit, then corrupt', corrupt],
        ['cut inside a block', bomb(1_000).subarray(0, 2)],
      ] as const) {
        const peer = await openDeflated(attack)
        void peer.send(clientFrame(2, payload, { rsv: 4 }))
        const got = await closeOf(peer)
        attack.note(what, 'close 1007 or 1009', got, got === 'close 1007' || got === 'close 1009')
      }
    },
  },
  {
    id: 'C08',
    long: true,
    title: 'a flood of pings for 6 s, never reading the pongs',
    right: 'the newest pong is kept, memory stays; terminated',
    notFor: needsFrames,
    mayPeakMiB: 128,
    async run(attack) {
      const before = await attack.server.heldBytes()
      const peer = await attack.open()
      peer.stopReading()
      const pings = Buffer.concat(Array.from({ length: 500 }, () => clientFrame(9, Buffer.alloc(125, 1))))
      const sent = await flood(peer, pings, 6_000)
      const heldMiB = ((await attack.server.heldBytes()) - before) / 2 ** 20
      attack.figure(`held ${heldMiB.toFixed(1)} MiB after ${Math.round(sent / 2 ** 20)} MiB of pings`)
      attack.note('held by one connection', 'at most 1.5 MiB', `${heldMiB.toFixed(1)} MiB`, heldMiB <= 1.5)
    },
  },
  {
    id: 'C09',
    title: 'a flood of control frames, reading the answers',
    right: 'a rate bucket: 1008',
    notFor: needsFrames,
    async run(attack) {
      const peer = await attack.open()
      const pings = Buffer.concat(Array.from({ length: 200 }, () => clientFrame(9, 'x')))
      for (let i = 0; i < 50 && !peer.isClosed && closing(peer) === undefined; i++)
        await Promise.race([peer.send(pings), sleep(250)])
      attack.note('10,000 pings', 'close 1008', await closeOf(peer, 1_000))
    },
  },
  {
    id: 'C11',
    title: 'a peer that never answers Close; FIN without Close; a peer that never answers pings',
    right: 'destroyed 5 s later; ended at once; the pong timeout',
    slow: true,
    notFor: needsFrames,
    async run(attack) {
      const timed = async (peer: Peer, limitMs: number): Promise<string> => {
        const started = performance.now()
        // Bytes that nobody wants find out whether the other side is still there.
        const poke = setInterval(() => peer.isClosed && void peer.send('x'), 500)
        await peer.until(() => peer.isGone, limitMs)
        clearInterval(poke)
        return peer.isGone
          ? `gone after ${((performance.now() - started) / 1_000).toFixed(1)} s`
          : `there after ${limitMs / 1_000} s`
      }
      const within = (got: string, seconds: number): boolean =>
        Number(/gone after ([\d.]+)/.exec(got)?.[1] ?? Infinity) <= seconds
      const deaf = await attack.open()
      void deaf.send(clientFrame(3, ''))
      await closeOf(deaf)
      const [deafFor, finFor, silentFor] = await Promise.all([
        timed(deaf, 14_000),
        attack.open().then((peer) => {
          peer.socket.end()
          return timed(peer, 8_000)
        }),
        attack.open().then((peer) => timed(peer, 44_000)),
      ])
      attack.note('Close never answered', 'gone within 12 s', deafFor, within(deafFor, 12))
      attack.note('FIN without Close', 'gone within 6 s', finFor, within(finFor, 6))
      attack.note('pings never answered', 'gone within 42 s', silentFor, within(silentFor, 42))
    },
  },
  {
    id: 'C13',
    title: 'addresses of 65,400 slashes, empty, of 256 characters, differing in case or Unicode form',
    right: 'refused; one normal form',
    notFor: onlyHydrant,
    async run(attack) {
      for (const [what, path] of [
        ['65,400 slashes', '/'.repeat(65_400)],
        ['15,000 slashes, which fit in a head', '/'.repeat(15_000)],
        ['an empty segment', '/echo//'],
        ['256 characters', `/echo/${'x'.repeat(250)}`],
        ['another case', '/Echo/x'],
      ] as const) {
        const peer = await attack.connect()
        void peer.send(handshake(path))
        const status = await peer.status()
        attack.note(what, 'refused', status, /^4\d\d$/.test(status))
      }
      // Over hydrant.v1 an address is a field of a message, and no head bounds it.
      const session = await openConnect(attack)
      for (const [i, [what, channel]] of [
        ['65,400 slashes', '/'.repeat(65_400)],
        ['empty', ''],
        ['256 characters', `/echo/${'x'.repeat(250)}`],
        ['another case', '/Echo/x'],
      ].entries()) {
        void session.send(say({ op: 'subscribe', id: i + 1, channels: [{ channel }] }))
        const reply = await replyTo(session, i + 1)
        const [answer] =
          (reply?.['result'] as { channels?: { error?: { code: string } }[] } | undefined)?.channels ?? []
        const code = (reply?.['error'] as { code: string } | undefined)?.code ?? answer?.error?.code ?? 'accepted'
        attack.note(`${what}, on a session`, 'refused', code === 'accepted' ? code : 'refused')
      }
      const composed = await attack.open('/echo/caf%C3%A9')
      const decomposed = await attack.open('/echo/cafe%CC%81')
      await decomposed.send(clientFrame(1, 'same'))
      await composed.until(() => composed.frames().includes('text "same"'))
      attack.note(
        'two spellings of é',
        'one channel',
        composed.frames().includes('text "same"') ? 'one channel' : 'two channels',
      )
    },
  },
  {
    id: 'C18',
    title: 'a body over the limit, of a wrong type, the same key twice at once, a client gone half-way',
    right: '413, 415 and ended; one result; nothing half-published',
    notFor: onlyHydrant,
    async run(attack) {
      const json = { 'Content-Type': 'application/json' }
      const { status: large } = await ask(attack.port, 'POST', '/json/x', JSON.stringify('x'.repeat(70_000)), json)
      attack.note('70,000 bytes', '413', String(large))
      const endless = await attack.connect()
      void endless.send(
        'POST /json/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      )
      const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`
      for (let i = 0; i < 100 && endless.receivedBytes === 0 && !endless.isClosed; i++)
        await Promise.race([endless.send(chunk), sleep(250)])
      // Who goes on sending after the answer may lose it to the reset.
      const status = await endless.status()
      attack.note('an endless body', '413 or closed', status, status === '413' || status === 'closed')
      attack.note('an endless body: ended', 'yes', (await endless.untilClosed(6_000)) ? 'yes' : 'no')
      const { status: wrong } = await ask(attack.port, 'POST', '/json/x', '<x/>', { 'Content-Type': 'text/xml' })
      attack.note('text/xml', '415', String(wrong))
      const body = JSON.stringify({ once: true })
      const answers = await Promise.all(
        Array.from({ length: 20 }, () =>
          ask(attack.port, 'POST', '/json/once', body, { ...json, 'Idempotency-Key': 'k' }),
        ),
      )
      const positions = new Set(answers.map((answer) => answer.body))
      attack.note(
        'one key 20 times at once',
        '1 result',
        `${positions.size} ${positions.size === 1 ? 'result' : 'results'}`,
      )
      const half = await attack.connect()
      void half.send(
        'POST /json/half HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"half":',
      )
      await sleep(50)
      half.reset()
      await sleep(100)
      const { body: history } = await ask(attack.port, 'GET', '/json/half')
      attack.note(
        'gone half-way',
        'nothing published',
        history.includes('"messages":[]') ? 'nothing published' : history,
      )
    },
  },
]

function closing(peer: Peer): string | undefined {
  return peer.frames().find((frame) => frame.startsWith('close'))
}

async function openDeflated(attack: Attack): Promise<Peer> {
  const peer = await attack.connect()
  void peer.send(handshake(attack.echoPath(), { 'Sec-WebSocket-Extensions': 'permessage-deflate' }))
  await peer.status()
  if (!/sec-websocket-extensions: permessage-deflate/i.test(peer.text)) throw new Error('compression was not agreed')
  return peer
}
