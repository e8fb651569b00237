import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../kit/http.ts'
import { clientFrame, handshake, Peer } from '../kit/peer.ts'
import { onlyHydrant } from '../servers/kinds.ts'
import { heard, openConnect, replyTo, say } from './connect-protocol.ts'
import type { Attack, Row } from './row.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

const SUBSCRIBES = 100_000
/** Of each kind of line in the log. */
const FLOOD = 10_000

/** What is deep and not too large, because the limit of sizes was raised. */
async function deepWithRoom(attack: Attack, deepest: string): Promise<void> {
  await using server = await attack.kind.start({ args: ['--max-message', '1MiB'] })
  const { status } = await ask(server.port, 'POST', '/json/deep', deepest, JSON_TYPE)
  attack.note('100,000 levels with a limit of 1 MiB, over HTTP', '422', String(status))
  const roomy = { ...attack, connect: () => Peer.open(server.port) }
  using peer = await openConnect(roomy)
  void peer.send(say(`{"op":"publish","id":1,"channel":"/json/x","data":${deepest}}`))
  const reply = await replyTo(peer, 1)
  const code = (reply?.['error'] as { code?: string } | undefined)?.code ?? 'accepted'
  attack.note('100,000 levels with a limit of 1 MiB, over a socket', 'message-invalid', code)
  attack.note('the process', 'lives', server.death ?? 'lives')
}

/** Counts a text in what a peer receives, without keeping it. */
function countOf(peer: Peer, text: string): () => number {
  let [count, tail] = [0, '']
  peer.socket.on('data', (bytes: Buffer) => {
    const pieces = `${tail}${bytes.toString('latin1')}`.split(text)
    count += pieces.length - 1
    tail = pieces.at(-1)!.slice(1 - text.length)
  })
  return () => count
}

/** One connection asks for all of them, on a server whose rates would not let it: what bounds it is the number of subscriptions. */
async function withoutRates(attack: Attack): Promise<void> {
  await using server = await attack.kind.start({ args: ['--max-message-rate', 'off', '--max-byte-rate', 'off'] })
  const before = await server.heldBytes()
  using many = await openConnect({ ...attack, connect: () => Peer.open(server.port) })
  many.keepBytes = 0
  const accepted = countOf(many, '"epoch":')
  const refused = countOf(many, '"too-many-channels"')
  for (let id = 1; id <= SUBSCRIBES / 100 && !many.isClosed; id++) {
    const channels = Array.from({ length: 100 }, (_, n) => ({ channel: `/json/m${id}-${n}` }))
    await Promise.race([many.send(say({ op: 'subscribe', id, channels })), sleep(500)])
  }
  await many.until(() => accepted() + refused() >= SUBSCRIBES, 20_000)
  attack.note('accepted', '128', String(accepted()))
  attack.note('refused', String(SUBSCRIBES - 128), String(refused()))
  many.reset()
  await sleep(300)
  const heldMiB = ((await server.heldBytes()) - before) / 2 ** 20
  attack.note('held when it is gone', 'at most 4 MiB', `${heldMiB.toFixed(1)} MiB`, heldMiB <= 4)
}

/** Attacks on Hydrant's own doors and its socket protocol. */
export const DOOR_ROWS: readonly Row[] = [
  {
    id: 'C12',
    long: true,
    title:
      '100,000 subscribes on one connection, and on as many as it takes; subscribe and unsubscribe over and over; gone while joining',
    right: '128 subscriptions, then errors; nothing is orphaned',
    notFor: onlyHydrant,
    mayPeakMiB: 128,
    async run(attack) {
      await withoutRates(attack)
      const churn = await openConnect(attack)
      for (let id = 1; id < 2_000 && !churn.isClosed; id += 2) {
        await Promise.race([
          churn.send(
            Buffer.concat([
              say({ op: 'subscribe', id, channels: [{ channel: '/json/churn' }] }),
              say({ op: 'unsubscribe', id: id + 1, channels: ['/json/churn'] }),
            ]),
          ),
          sleep(500),
        ])
      }
      for (let i = 0; i < 100; i++) {
        const gone = await openConnect(attack)
        void gone.send(
          say({
            op: 'subscribe',
            id: 1,
            channels: Array.from({ length: 128 }, (_, n) => ({ channel: `/json/gone-${n}`, last: 10 })),
          }),
        )
        gone.reset()
      }
      attack.note('still answers', 'yes', (await openConnect(attack)).isClosed ? 'no' : 'yes')
    },
  },
  {
    id: 'C14',
    long: true,
    title: 'JSON 100,000 levels deep; __proto__ and constructor in payloads; counts of 5,999,999',
    right: 'depth 64; no pollution; announced counts allocate nothing',
    notFor: onlyHydrant,
    async run(attack) {
      // 200 KB: its size alone would be refused.
      const deepest = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
      const { status: refused } = await ask(attack.port, 'POST', '/json/deep', deepest, JSON_TYPE)
      attack.note('100,000 levels over HTTP', 'an error below 500', String(refused), refused >= 400 && refused < 500)
      const large = await openConnect(attack)
      void large.send(say(`{"op":"publish","id":1,"channel":"/json/x","data":${deepest}}`))
      await large.until(() => large.isClosed || large.frames().some((frame) => frame.startsWith('close')))
      attack.note(
        '100,000 levels over a socket',
        'close 1009',
        large.frames().find((frame) => frame.startsWith('close')) ?? 'open',
      )
      const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
      const { status } = await ask(attack.port, 'POST', '/json/deep', deep, JSON_TYPE)
      attack.note(
        '30,000 levels in 60 KB over HTTP',
        'an error below 500',
        String(status),
        status >= 400 && status < 500,
      )
      const { status: over } = await ask(
        attack.port,
        'POST',
        '/json/deep',
        `{"a":${'['.repeat(64)}${']'.repeat(64)}}`,
        JSON_TYPE,
      )
      attack.note('65 levels', 'an error below 500', String(over), over >= 400 && over < 500)
      const peer = await openConnect(attack)
      void peer.send(say(`{"op":"publish","id":1,"channel":"/json/x","data":${deep}}`))
      const reply = await replyTo(peer, 1)
      attack.note(
        '30,000 levels over a socket',
        'an error',
        reply !== undefined && 'error' in reply ? 'an error' : peer.isClosed ? 'closed' : 'accepted',
        (reply !== undefined && 'error' in reply) || peer.isClosed,
      )
      await deepWithRoom(attack, deepest)
      const polluted = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"id":"c"}'
      await ask(attack.port, 'POST', '/json/x', polluted, JSON_TYPE)
      await ask(attack.port, 'POST', '/orders', polluted, JSON_TYPE)
      const { body } = await ask(attack.port, 'GET', '/json/x')
      attack.note(
        '__proto__',
        'stays data',
        body.includes('"__proto__":{"polluted":1}') && !body.includes('"polluted":1,"')
          ? 'stays data'
          : body.slice(0, 200),
      )
      for (const path of ['/json/x?limit=5999999', '/json/x?limit=-1', '/json/x?wait=5999999&since=']) {
        const { status: counted } = await ask(attack.port, 'GET', path)
        attack.note(path, 'below 500', String(counted), counted > 0 && counted < 500)
      }
    },
  },
  {
    id: 'C15',
    title: 'operations called error, __proto__ and {"toString":1}; names with newlines',
    right: 'an error reply; never an event of an emitter, never a line in the log',
    notFor: onlyHydrant,
    async run(attack) {
      for (const op of ['error', '__proto__', 'constructor', 'toString', 'close', 'x\nhydrant: fake line']) {
        const peer = await openConnect(attack)
        void peer.send(say(`{"op":${JSON.stringify(op)},"id":1}`))
        const reply = await replyTo(peer, 1)
        const code = (reply?.['error'] as { code?: string } | undefined)?.code ?? 'no reply'
        attack.note(JSON.stringify(op), 'operation-unknown', code)
      }
      const peer = await openConnect(attack)
      void peer.send(say('{"op":{"toString":1},"id":1}'))
      await peer.until(() => heard(peer).some(({ push }) => push === 'error'))
      attack.note(
        '{"toString":1}',
        'an error push',
        heard(peer).some(({ push }) => push === 'error') ? 'an error push' : 'nothing',
      )
      const { status } = await ask(attack.port, 'POST', '/json/x', '{}', {
        ...JSON_TYPE,
        'Hydrant-Message': '__proto__',
      })
      attack.note('message __proto__', 'an error below 500', String(status), status >= 400 && status < 500)
      await ask(attack.port, 'POST', '/json/a%0Ahydrant:%20fake%20line', '{}', JSON_TYPE)
      attack.note(
        'lines of the log',
        '0 made by a peer',
        `${attack.server.output.split('\n').filter((line) => line.startsWith('hydrant: fake')).length} made by a peer`,
      )
    },
  },
  {
    id: 'C16',
    title: 'a first command that is not allowed; a history of 1,000,000,000',
    right: 'refused, nothing allocated; at most 300',
    notFor: onlyHydrant,
    async run(attack) {
      for (let i = 0; i < 3; i++)
        await ask(attack.port, 'POST', '/json/h', JSON.stringify(Array.from({ length: 100 }, (_, n) => n)), JSON_TYPE)
      const { body } = await ask(attack.port, 'GET', '/json/h?limit=1000000000')
      const count = (JSON.parse(body) as { messages?: unknown[] }).messages?.length ?? 0
      attack.note('limit of 10^9', 'at most 300', String(count), count <= 300)
      const peer = await openConnect(attack)
      void peer.send(say({ op: 'subscribe', id: 1, channels: [{ channel: '/json/h', last: 1_000_000_000 }] }))
      const reply = await replyTo(peer, 1)
      attack.note(
        'last of 10^9',
        'field-invalid',
        (reply?.['error'] as { code?: string } | undefined)?.code ?? 'accepted',
      )
      const strikes = await openConnect(attack)
      void strikes.send(Buffer.concat([say('no json'), say('[]'), clientFrame(2, 'x')]))
      await strikes.until(() => strikes.isClosed || strikes.frames().some((frame) => frame.startsWith('close')))
      attack.note(
        'three messages that are no requests',
        'close 3500',
        strikes.frames().find((frame) => frame.startsWith('close')) ?? 'open',
      )
    },
  },
  {
    id: 'C17',
    title: 'a pattern that backtracks, ^(a|b|ab)*c$, against 50 KB',
    right: 'linear time',
    notFor: onlyHydrant,
    async run(attack) {
      const started = performance.now()
      const { status } = await ask(
        attack.port,
        'POST',
        '/orders',
        JSON.stringify({ id: 'ab'.repeat(25_000) }),
        JSON_TYPE,
      )
      const tookMs = performance.now() - started
      attack.note('status', '422', String(status))
      attack.note('time', 'below 1 s', `${Math.round(tookMs)} ms`, tookMs < 1_000)
    },
  },
  {
    id: 'C20',
    long: true,
    title: '10,000 violations and 10,000 refused requests, each worth a line in a log at its loudest',
    right: 'the log is sampled or silent: bounded',
    notFor: onlyHydrant,
    async run(attack) {
      await using server = await attack.kind.start({ args: ['--log-level', 'debug', '--log-format', 'json'] })
      const before = server.output.length
      const started = performance.now()
      const work = async (): Promise<void> => {
        for (let i = 0; i < FLOOD / 4; i++) {
          using peer = await Peer.open(server.port)
          void peer.send(handshake(attack.echoPath()))
          await peer.status()
          void peer.send(clientFrame(3, ''))
          await peer.untilClosed()
          await ask(server.port, 'GET', `/nothing/${i}`)
        }
      }
      await Promise.all([work(), work(), work(), work()])
      const seconds = (performance.now() - started) / 1_000
      const log = server.output.slice(before)
      const [bytes, lines] = [log.length, log.split('\n').length - 1]
      attack.figure(`${lines} lines, ${Math.round(bytes / 1_000)} kB of log in ${seconds.toFixed(0)} s`)
      // Four events, each at most 20 lines a second and one that tells how many were left out.
      const most = Math.ceil(seconds + 2) * 4 * 21
      attack.note('lines', `at most ${most}`, String(lines), lines <= most && lines > 0)
      attack.note('what was left out', 'told', /"event":"suppressed"/.test(log) ? 'told' : 'not told')
      attack.note('the process', 'lives', server.death ?? 'lives')
    },
  },
]
