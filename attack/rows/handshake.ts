import { handshake, hex, type Peer } from '../kit/peer.ts'
import { needsFrames, onlyHydrant } from '../servers/kinds.ts'
import { type Attack, isRefused, type Row } from './row.ts'

/** One request and the status it should get; `refused` takes any error status, or the end of the connection. */
async function answers(attack: Attack, what: string, request: string | Buffer, expected: string): Promise<Peer> {
  const peer = await attack.connect()
  void peer.send(request)
  const status = await peer.status()
  attack.note(what, expected, status, expected === 'refused' ? isRefused(status) : status === expected)
  return peer
}

/** The status, and that it took linear time: a quadratic reader takes seconds for what takes milliseconds. */
async function answersSoon(attack: Attack, what: string, request: string, expected: string): Promise<void> {
  const started = performance.now()
  await answers(attack, what, request, expected)
  const tookMs = performance.now() - started
  attack.note(`${what}: time`, 'below 1 s', `${Math.round(tookMs)} ms`, tookMs < 1_000)
}

/** Handshakes that never become connections. */
export const HANDSHAKE_ROWS: readonly Row[] = [
  {
    id: 'A01',
    title: 'connect and send nothing',
    right: 'closed at the 10 s handshake deadline',
    slow: true,
    async run(attack) {
      const peer = await attack.connect()
      const started = performance.now()
      const closed = await peer.untilClosed(14_000)
      const seconds = (performance.now() - started) / 1_000
      attack.note(
        'silence',
        'closed within 12 s',
        closed ? `closed after ${seconds.toFixed(1)} s` : 'open after 14 s',
        closed && seconds < 12,
      )
    },
  },
  {
    id: 'A02',
    title: 'one byte of a header every 5 s',
    right: 'the deadline is absolute: bytes do not move it',
    slow: true,
    async run(attack) {
      const peer = await attack.connect()
      const started = performance.now()
      void peer.send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ')
      const drip = setInterval(() => void peer.send('x'), 5_000)
      const closed = await peer.untilClosed(16_000)
      clearInterval(drip)
      const seconds = (performance.now() - started) / 1_000
      attack.note(
        'dripping',
        'closed within 12 s',
        closed ? `closed after ${seconds.toFixed(1)} s` : 'open after 16 s',
        closed && seconds < 12,
      )
    },
  },
  {
    id: 'A04',
    title: 'headers that never end; one header of megabytes in small pieces',
    right: '431 at 16 KiB, in linear time',
    async run(attack) {
      await answers(attack, '17 KiB at once', handshake(attack.echoPath(), { 'X-Fill': 'x'.repeat(17 * 1024) }), '431')
      // Who goes on sending after the answer may lose it to the reset.
      const started = performance.now()
      const endless = await attack.connect()
      void endless.send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n')
      for (let i = 0; i < 40_000 && !endless.isClosed && endless.receivedBytes === 0; i += 100) {
        await endless.send(Array.from({ length: 100 }, (_, n) => `X-${i + n}: 1\r\n`).join(''))
      }
      const first = await endless.status()
      attack.note('40,000 headers', 'refused', first, isRefused(first))
      const long = await attack.connect()
      void long.send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ')
      const piece = Buffer.alloc(2_000, 'x')
      for (let i = 0; i < 2_000 && !long.isClosed && long.receivedBytes === 0; i++) await long.send(piece)
      const second = await long.status()
      attack.note('4 MB of one header', 'refused', second, isRefused(second))
      const tookMs = performance.now() - started
      attack.note('time of both', 'below 2 s', `${Math.round(tookMs)} ms`, tookMs < 2_000)
    },
  },
  {
    id: 'A05',
    title: '1,300 headers, then the upgrade',
    right: '431; never continues on dropped headers',
    async run(attack) {
      const many = Object.fromEntries(Array.from({ length: 1_300 }, (_, i) => [`x${i}`, '1']))
      await answers(attack, '1,300 before the rest', handshake(attack.echoPath(), many), '431')
      const first = `GET ${attack.echoPath()} HTTP/1.1\r\n${Object.keys(many)
        .map((name) => `${name}: 1\r\n`)
        .join('')}`
      await answers(attack, '1,300 in front', `${first}${handshake('').slice(handshake('').indexOf('\n') + 1)}`, '431')
    },
  },
  {
    id: 'A06',
    title: 'spaces, commas and escapes that make parsers backtrack',
    right: 'linear time, 400',
    async run(attack) {
      const path = attack.echoPath()
      await answersSoon(
        attack,
        'protocol b + 32,000 spaces + x',
        handshake(path, { 'Sec-WebSocket-Protocol': `b${' '.repeat(32_000)}x` }),
        attack.kind.name === 'hydrant' ? '431' : 'refused',
      )
      await answersSoon(
        attack,
        'protocol b + 14,000 spaces + x',
        handshake(path, { 'Sec-WebSocket-Protocol': `b${' '.repeat(14_000)}x` }),
        '400',
      )
      const separators = `${', '.repeat(3_000)}, Upgrade${' ,'.repeat(3_000)}`
      const peer = await attack.connect()
      const started = performance.now()
      void peer.send(handshake(path, { Connection: separators }))
      const status = await peer.status()
      attack.note(
        'Connection of commas and spaces',
        'an answer below 1 s',
        `${status} after ${Math.round(performance.now() - started)} ms`,
        performance.now() - started < 1_000 && status !== 'silence',
      )
      await answersSoon(
        attack,
        'an extension value of escapes',
        handshake(path, { 'Sec-WebSocket-Extensions': `a; b="${'\\c'.repeat(7_000)}` }),
        '400',
      )
    },
  },
  {
    id: 'A07',
    title: 'constructor, __proto__, hasOwnProperty as extension, parameter, path, query, header, protocol and position',
    right: 'ignored or refused; no prototype is read',
    async run(attack) {
      for (const name of ['constructor', '__proto__', 'hasOwnProperty', 'toString']) {
        const extended = attack.kind.path.includes('?') ? '&' : '?'
        const cases: [string, string][] = [
          [
            'extension',
            handshake(attack.echoPath(), {
              'Sec-WebSocket-Extensions': `${name}; ${name}=1, permessage-deflate; ${name}`,
            }),
          ],
          ['header', handshake(attack.echoPath(), { [name]: name })],
          ['query', handshake(`${attack.echoPath()}${extended}${name}=1&${name}=2`)],
          ['path', handshake(`/${name}`)],
          ['protocol', handshake(attack.echoPath(), { 'Sec-WebSocket-Protocol': name })],
          ['position', handshake(`${attack.echoPath()}${extended}since=${name}:1`)],
        ]
        for (const [what, request] of cases) {
          const peer = await attack.connect()
          void peer.send(request)
          const status = await peer.status()
          attack.note(
            `${what} ${name}`,
            '101 or an error below 500',
            status,
            status !== 'silence' && !status.startsWith('5'),
          )
        }
      }
    },
  },
  {
    id: 'A08',
    title: 'subprotocol of bytes 80 FF; a version of 4,000 digits',
    right: '400',
    async run(attack) {
      const path = attack.echoPath()
      await answers(
        attack,
        'bytes 80 FF',
        Buffer.from(handshake(path, { 'Sec-WebSocket-Protocol': '\x80\xff' }), 'latin1'),
        '400',
      )
      const digits = handshake(path, { 'Sec-WebSocket-Version': '1'.repeat(4_000) })
      await answers(attack, '4,000 digits', digits, attack.kind.name === 'hydrant' ? '400' : 'refused')
    },
  },
  {
    id: 'A09',
    title: 'versions 0 and 8',
    right: '426 with Sec-WebSocket-Version: 13',
    async run(attack) {
      for (const version of ['0', '8']) {
        const peer = await answers(
          attack,
          `version ${version}`,
          handshake(attack.echoPath(), { 'Sec-WebSocket-Version': version }),
          '426',
        )
        if (attack.kind.name === 'hydrant')
          attack.note('names 13', 'yes', /sec-websocket-version: 13\r\n/i.test(peer.text) ? 'yes' : 'no')
      }
    },
  },
  {
    id: 'A10',
    title: 'a key that is absent, there twice, not base64, or not 16 bytes',
    right: '400',
    async run(attack) {
      const good = 'dGhlIHNhbXBsZSBub25jZQ=='
      const keys: [string, string | string[] | undefined][] = [
        ['absent', undefined],
        ['twice', [good, good]],
        ['not base64', 'dGhlIHNhbXBsZSBub25jZ!!='],
        ['15 bytes', 'dGhlIHNhbXBsZSBub25j'],
        ['17 bytes', 'dGhlIHNhbXBsZSBub25jZWU='],
        ['empty', ''],
      ]
      for (const [what, key] of keys)
        await answers(attack, what, handshake(attack.echoPath(), { 'Sec-WebSocket-Key': key }), '400')
    },
  },
  {
    id: 'A11',
    title: 'headers of the hixie-76 draft',
    right: '400: drafts are not implemented',
    async run(attack) {
      const request = handshake(attack.echoPath(), {
        'Sec-WebSocket-Key': undefined,
        'Sec-WebSocket-Version': undefined,
        'Sec-WebSocket-Key1': '4 @1  46546xW%0l 1 5',
        'Sec-WebSocket-Key2': '12998 5 Y3 1  .P00',
      })
      await answers(attack, 'hixie-76', `${request}^n:ds[4U`, '400')
    },
  },
  {
    id: 'A12',
    title: 'an upgrade by POST, over HTTP/1.0, without Host, with a body',
    right: '400, and closed',
    async run(attack) {
      const path = attack.echoPath()
      const cases: [string, string][] = [
        ['POST', handshake(path, {}, `POST ${path} HTTP/1.1`)],
        ['HTTP/1.0', handshake(path, {}, `GET ${path} HTTP/1.0`)],
        ['no Host', handshake(path, { Host: undefined })],
        ['Content-Length', `${handshake(path, { 'Content-Length': '5' })}hello`],
        ['Transfer-Encoding', `${handshake(path, { 'Transfer-Encoding': 'chunked' })}5\r\nhello\r\n0\r\n\r\n`],
        [
          'both lengths',
          `${handshake(path, { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' })}5\r\nhello\r\n0\r\n\r\n`,
        ],
      ]
      for (const [what, request] of cases) {
        const peer = await answers(attack, what, request, attack.kind.name === 'hydrant' ? '400' : 'refused')
        attack.note(
          `${what}: closed`,
          'yes',
          (await peer.untilClosed(1_000)) || attack.kind.name !== 'hydrant' ? 'yes' : 'no',
        )
      }
    },
  },
  {
    id: 'A13',
    title: 'a slow GET, then an upgrade pipelined behind it',
    right: 'refused or in order: never a 101 before the earlier answer',
    async run(attack) {
      const peer = await attack.connect()
      const get = attack.kind.name === 'hydrant' ? '/busy?since=x:0&wait=1' : '/'
      void peer.send(`GET ${get} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n${handshake(attack.echoPath())}`)
      await peer.until(() => /HTTP\/1\.1 \d/.test(peer.text), 4_000)
      await peer.until(() => (peer.text.match(/HTTP\/1\.1 \d/g) ?? []).length > 1, 300)
      const statuses = [...peer.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status!)
      attack.note('the first answer', 'not 101', statuses[0] ?? 'closed', statuses[0] !== '101')
    },
  },
  {
    id: 'A14',
    title: 'a frame in the same packet as the request: a valid one, and one with RSV2',
    right: 'handled after acceptance; a clean 1002, no throw',
    notFor: needsFrames,
    async run(attack) {
      const good = await attack.connect()
      void good.send(Buffer.concat([Buffer.from(handshake(attack.echoPath())), hex('8982 00000000 6869')]))
      await good.until(() => good.frames().some((frame) => frame.startsWith('pong')))
      attack.note('ping', 'pong 6869', good.frames().find((frame) => frame.startsWith('pong')) ?? 'nothing')
      const bad = await attack.connect()
      void bad.send(Buffer.concat([Buffer.from(handshake(attack.echoPath())), hex('a182 00000000 6869')]))
      await bad.until(() => bad.frames().some((frame) => frame.startsWith('close')))
      attack.note(
        'RSV2',
        'close 1002',
        bad.frames().find((frame) => frame.startsWith('close')) ?? (bad.isClosed ? 'closed' : 'nothing'),
      )
    },
  },
  {
    id: 'A15',
    title: '500 connections reset between the request and the 101',
    right: 'a listener is there first; nothing leaks or is used after its end',
    async run(attack) {
      for (let batch = 0; batch < 10; batch++) {
        const peers = await Promise.all(Array.from({ length: 50 }, () => attack.connect()))
        await Promise.all(peers.map((peer) => peer.send(handshake(attack.echoPath()))))
        for (const peer of peers) peer.reset()
      }
      attack.note('still answers', '101', await (await attack.open()).status())
    },
  },
  {
    id: 'A16',
    title: 'Upgrade: h2c and a reset; a plain GET of a socket path; an upgrade of a plain path',
    right: '400, 426, 404',
    async run(attack) {
      const h2c = await answers(
        attack,
        'h2c',
        handshake(attack.echoPath(), { Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' }),
        attack.kind.name === 'hydrant' ? '400' : 'refused',
      )
      h2c.reset()
      if (attack.kind.name === 'hydrant') {
        await answers(attack, 'plain GET', 'GET /-/connect HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', '426')
        await answers(attack, 'upgrade of /-/docs', handshake('/-/docs'), '404')
        await answers(attack, 'upgrade of an unknown path', handshake('/nothing'), '404')
      }
    },
  },
  {
    id: 'A17',
    title: 'client_max_window_bits of 7, 16, empty, twice; 1,000 extension offers (servers with compression on)',
    right: 'the offer is declined; at most 8 are read',
    deflate: true,
    notFor: needsFrames,
    async run(attack) {
      for (const bits of [
        'client_max_window_bits=7',
        'client_max_window_bits=16',
        'client_max_window_bits=',
        'client_max_window_bits=8; client_max_window_bits=9',
        'server_max_window_bits=99',
      ]) {
        const peer = await attack.connect()
        void peer.send(handshake(attack.echoPath(), { 'Sec-WebSocket-Extensions': `permessage-deflate; ${bits}` }))
        const status = await peer.status()
        const agreed = /\r\nsec-websocket-extensions:/i.test(peer.text)
        attack.note(
          bits,
          'declined or refused',
          agreed ? 'agreed' : status,
          !agreed && !status.startsWith('5') && status !== 'silence',
        )
      }
      if (attack.kind.name === 'hydrant') {
        for (const [before, expected] of [
          [0, 'agreed'],
          [7, 'agreed'],
          [8, 'declined'],
        ] as const) {
          const peer = await attack.connect()
          const list = [
            ...Array.from({ length: before }, (_, i) => `x${i}`),
            'permessage-deflate; client_max_window_bits',
          ]
          void peer.send(handshake(attack.echoPath(), { 'Sec-WebSocket-Extensions': list.join(', ') }))
          await peer.status()
          const agreed = /\r\nsec-websocket-extensions: permessage-deflate/i.test(peer.text)
          attack.note(`a good offer behind ${before} others`, expected, agreed ? 'agreed' : 'declined')
        }
      }
      const offers = Array.from({ length: 1_000 }, (_, i) => `x${i}`).join(', ')
      const started = performance.now()
      const peer = await attack.connect()
      void peer.send(handshake(attack.echoPath(), { 'Sec-WebSocket-Extensions': `${offers}, permessage-deflate` }))
      const status = await peer.status()
      attack.note(
        '1,000 offers',
        '101 or an error, below 1 s',
        `${status} after ${Math.round(performance.now() - started)} ms`,
        performance.now() - started < 1_000 && status !== 'silence',
      )
    },
  },
  {
    id: 'A19',
    title: 'paths with dot segments, authorities, fragments, escapes and semicolons',
    right: 'one canonical form is both matched and used, else 400',
    notFor: onlyHydrant,
    async run(attack) {
      const bad = [
        '/echo/../busy',
        '/echo/./x',
        '//echo/x',
        '/echo//x',
        'http://evil.test/echo/x',
        '/echo/x#y',
        '/echo/%2e%2e',
        '/echo/%2E',
        '/echo/a%2Fb',
        '/echo/a%5Cb',
        '/echo/a;x',
        '/echo/a%3Bx',
        '/echo/%00',
        '/echo/%',
        '/echo/%C3',
        '/echo/%252e',
        '/echo/',
        '*',
      ]
      for (const path of bad) await answers(attack, path, handshake(path), 'refused')
      for (const path of ['/echo/a', '/echo/%61', '/ec%68o/a', '/echo/caf%C3%A9'])
        await answers(attack, path, handshake(path), '101')
    },
  },
]
