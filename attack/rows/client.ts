import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { frame } from '../../packages/wire/test/frames.ts'
import { answerTo, HostileServer } from '../kit/hostile-server.ts'
import { clientFrame, type Peer } from '../kit/peer.ts'
import { ServerProcess } from '../kit/server-process.ts'
import { onlyHydrant } from '../servers/kinds.ts'
import { FRAME_CASES, type FrameCase } from './frame-cases.ts'
import type { Attack, Row } from './row.ts'

const script = (name: string): string => fileURLToPath(new URL(`../servers/${name}.ts`, import.meta.url))

/** A hostile server, and a process that is its client. */
async function withClient(
  attack: Attack,
  name: string,
  run: (server: HostileServer, client: ServerProcess) => Promise<void>,
): Promise<void> {
  await using server = await HostileServer.listen()
  await using client = await ServerProcess.start([script(name), String(server.port)])
  const before = await client.heldBytes()
  await run(server, client)
  attack.note('the process', 'lives', client.death ?? 'lives')
  if (client.death !== undefined) return
  const heldMiB = ((await client.heldBytes()) - before) / 2 ** 20
  attack.note('held afterwards', 'at most 4 MiB', `${heldMiB.toFixed(1)} MiB`, heldMiB <= 4)
}

const END = Buffer.from('end')

async function exchange(server: HostileServer, { bytes, answer }: FrameCase, sizes?: () => number): Promise<string> {
  const peer = await server.accept()
  const closes = answer.some((each) => each.startsWith('close'))
  const all = otherRole(closes ? bytes : Buffer.concat([bytes, clientFrame(9, END)]))
  if (sizes === undefined) void peer.send(all)
  else await peer.sendPieces(all, sizes)
  const end = `pong ${END.toString('hex')}`
  await peer.until(() => peer.frames().some((each) => each.startsWith('close') || each === end), 1_000)
  const frames = peer.frames()
  const unmasked = peer.rawFrames().some((each) => each !== 'partial' && !each.masked)
  peer.reset()
  return unmasked ? 'an unmasked frame' : frames.filter((each) => each !== end).join(', ')
}

/** The same frames as the other role sends them: with the mask where there was none, without it where there was one. */
function otherRole(bytes: Buffer): Buffer {
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length;) {
    const second = bytes[at + 1]!
    const extended = (second & 127) === 126 ? 2 : (second & 127) === 127 ? 8 : 0
    const masked = second >= 128
    const head = Buffer.from(bytes.subarray(at, at + 2 + extended))
    head[1] = second ^ 128
    const declared =
      extended === 2 ? head.readUInt16BE(2) : extended === 8 ? Number(head.readBigUInt64BE(2)) : second & 127
    const begin = at + 2 + extended + (masked ? 4 : 0)
    pieces.push(head, ...(masked ? [] : [Buffer.alloc(4)]), bytes.subarray(begin, begin + declared))
    at = begin + declared
  }
  return Buffer.concat(pieces)
}

const serverText = (value: unknown): Buffer =>
  frame({ opcode: 1, payload: typeof value === 'string' ? value : JSON.stringify(value) })

async function accepts(server: HostileServer): Promise<Peer> {
  return await server.accept('Sec-WebSocket-Protocol: hydrant.v1\r\n')
}

/** What a client says to a server that is right. */
async function lastWords(server: HostileServer): Promise<unknown> {
  const peer = await accepts(server)
  await peer.until(() => peer.frames().length > 0)
  return peer.frames()[0]
}

/** A server that is the attacker. */
export const CLIENT_ROWS: readonly Row[] = [
  {
    id: 'K01',
    title: "every case of B04 to B15 from a server, to the engine's client role; masked frames for unmasked ones",
    right: 'the same answers; everything it sends is masked',
    long: true,
    notFor: onlyHydrant,
    async run(attack) {
      await withClient(attack, 'wire-client', async (server) => {
        for (const each of FRAME_CASES) {
          for (const [how, sizes] of [
            ['whole', undefined],
            ['byte by byte', () => 1],
          ] as const) {
            if (sizes !== undefined && each.bytes.length > 400) continue
            const got = await exchange(server, each, sizes)
            attack.note(
              `${each.row} ${each.what}, ${how}`,
              each.answer.join(', '),
              got,
              got === each.answer.join(', ') || got === each.or?.join(', '),
            )
          }
        }
      })
    },
  },
  {
    id: 'K02',
    title:
      'answers that are none: a wrong accept key, extensions and protocols nobody asked for, endless heads, redirects',
    right: 'no connection; the client lives and tries again',
    long: true,
    notFor: onlyHydrant,
    async run(attack) {
      await withClient(attack, 'wire-client', async (server) => {
        const answers: [string, (peer: Peer) => string][] = [
          [
            'a wrong accept key',
            (peer) => answerTo(peer).replace(/Accept: .*/, 'Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA='),
          ],
          ['an extension', (peer) => answerTo(peer, 'Sec-WebSocket-Extensions: permessage-deflate\r\n')],
          ['a protocol', (peer) => answerTo(peer, 'Sec-WebSocket-Protocol: constructor\r\n')],
          ['20 KiB of head', (peer) => answerTo(peer, `X: ${'x'.repeat(20_000)}\r\n`)],
          ['2,000 headers', (peer) => answerTo(peer, 'X: 1\r\n'.repeat(2_000))],
          ['200', () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
          ['302', () => 'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n'],
          ['bytes', () => '\x00\xff\x16\x03\x01'.repeat(100)],
          ['HTTP/1.0', (peer) => answerTo(peer).replace('HTTP/1.1', 'HTTP/1.0')],
        ]
        for (const [what, answer] of answers) {
          const peer = await server.next()
          void peer.send(answer(peer))
          const lengthBefore = peer.receivedBytes
          void peer.send(frame({ opcode: 9, payload: 'x' }))
          await sleep(60)
          attack.note(what, 'no frame', peer.receivedBytes > lengthBefore ? 'a frame' : 'no frame')
          peer.reset()
        }
        const good = await server.accept()
        void good.send(frame({ opcode: 9, payload: 'x' }))
        await good.until(() => good.frames().includes('pong 78'))
        attack.note('then a good one', 'pong 78', good.frames()[0] ?? 'nothing')
        good.reset()
      })
    },
  },
  {
    id: 'K03',
    title:
      'pushes, replies and messages of hydrant.v1 that are broken, deep, repeated or unknown, to @hydrant/client in Node',
    right: 'ignored or taken as a lost connection; the process lives',
    long: true,
    notFor: onlyHydrant,
    async run(attack) {
      await withClient(attack, 'hydrant-client', async (server, client) => {
        const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
        const nonsense: unknown[] = [
          'no json',
          '[]',
          'null',
          '{"c":1,"o":1,"t":1,"d":1}',
          '{"push":"__proto__"}',
          '{"push":"channel","channel":"/json/x","aliases":{"__proto__":"x","1":5},"epoch":"e","time":0,"head":0}',
          '{"push":"gap","channel":"/json/x","from":"?","to":"?","reason":7}',
          '{"push":"revoked"}',
          '{"push":"hello","session":5,"time":"x","limits":null}',
          '{"id":1e308,"result":{}}',
          '{"id":1,"result":{"channels":"x"}}',
          '{"id":1,"result":{"channels":[{"channel":"__proto__","aliases":{},"epoch":"e","time":0,"head":-1}]}}',
          '{"id":1,"error":{"code":"constructor","status":"x"}}',
          '{"id":1,"error":{}}',
          `{"c":1,"o":1,"t":1,"d":${deep}}`,
          { push: 'draining', retryAfterMs: -1e308 },
          { push: 'presence', channel: '/json/x', joined: 7, left: { length: 1e9 } },
        ]
        for (const each of nonsense) {
          const peer = await accepts(server)
          await peer.until(() => peer.frames().length > 0, 1_000)
          await peer.send(serverText(each))
          await peer.send(
            serverText({ push: 'hello', session: 's', time: 1, limits: { channels: 1, messageBytes: 1 } }),
          )
          await sleep(30)
          client.tell({ again: true })
          peer.reset()
        }
        attack.note(
          'then a good server',
          'a subscribe',
          JSON.stringify((await lastWords(server)) ?? 'nothing').includes('subscribe') ? 'a subscribe' : 'nothing',
        )
      })
    },
  },
]
