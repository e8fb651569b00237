import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isMissing, launch } from '@hydrant/testkit/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataOf, getJson, type Running, serve } from '../api.ts'
import { openSocket } from '../socket-client.ts'
import { has } from './available.ts'
import { CuttableProxy } from './cuttable-proxy.ts'

const run = promisify(execFile)

/** In the manner of an exchange's public market data API: one channel with a parameter and query bindings, server side. */
const OWN = `
asyncapi: 3.1.0
info: { title: Market data, version: 1.0.0 }
channels:
  marketData:
    address: /v1/marketdata/{symbol}
    parameters: { symbol: { enum: [btcusd, ethusd] } }
    bindings:
      ws: { query: { type: object, properties: { heartbeat: { type: boolean, default: false } } } }
    messages:
      marketData:
        payload:
          oneOf:
            - { type: object, required: [type, socket_sequence], properties: { type: { const: heartbeat }, socket_sequence: { type: integer } } }
            - { type: object, required: [type, socket_sequence, events], properties: { type: { const: update }, socket_sequence: { type: integer }, events: { type: array } } }
operations:
  sendMarketData: { action: send, channel: { $ref: '#/channels/marketData' } }
`
/** A vendor's own document, where the folder with such documents lies beside the project. */
const VENDOR = fileURLToPath(new URL('../../../../../shared/asyncapi/gemini.yaml', import.meta.url))
const documents = [
  { name: 'our own market data contract', contract: OWN },
  ...(existsSync(VENDOR) ? [{ name: 'a vendor’s contract', contract: VENDOR }] : []),
]
if (documents.length === 1) console.warn(`skipped: no vendor's contract at ${VENDOR}`)

const PATH = '/v1/marketdata/btcusd'
const beat = (sequence: number): string => `{"type":"heartbeat","socket_sequence":${sequence}}`

async function curlPost(api: Running, body: string): Promise<{ position: string }> {
  const { stdout } = await run('curl', [
    '-sS',
    '--fail',
    '-H',
    'Content-Type: application/json',
    '-d',
    body,
    api.url + PATH,
  ])
  return JSON.parse(stdout) as { position: string }
}

/** Lines of a program's output as they come. */
class Lines {
  readonly #child: ChildProcess
  #text = ''
  #changed = Promise.withResolvers<void>()

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    this.#child.stdout!.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString()
      this.#changed.resolve()
      this.#changed = Promise.withResolvers()
    })
  }

  async until(fits: (text: string) => boolean): Promise<string> {
    while (!fits(this.#text)) await this.#changed.promise
    return this.#text
  }

  [Symbol.dispose](): void {
    this.#child.kill()
  }
}

describe.each(documents)('$name, with clients of other people', ({ contract }) => {
  let api: Running
  beforeAll(async () => {
    api = await serve({ contract })
  })
  afterAll(() => api.hydrant.close())

  it.runIf(has('curl'))(
    'ws: what curl posts arrives, is in the history, and a reconnect with since misses and repeats nothing',
    async () => {
      const first = await openSocket(api.wsUrl + PATH)
      const { position } = await curlPost(api, beat(1))
      expect(await first.next()).toBe(beat(1))
      first.socket.terminate()
      await first.closed
      await curlPost(api, beat(2))
      await curlPost(api, beat(3))
      using second = await openSocket(`${api.wsUrl}${PATH}?since=${position}`)
      await curlPost(api, beat(4))
      expect([await second.next(), await second.next(), await second.next()]).toEqual([beat(2), beat(3), beat(4)])
      expect(dataOf(await getJson(api.url + PATH)).slice(-4)).toEqual([1, 2, 3, 4].map((n) => JSON.parse(beat(n))))
      expect((await fetch(`${api.url}/v1/marketdata/nosuch`)).status).toBe(404)
    },
  )

  it.runIf(has('curl'))('curl -N: the event stream', async () => {
    using stream = new Lines('curl', ['-sSN', '-H', 'Accept: text/event-stream', api.url + PATH])
    await stream.until((text) => text.includes('retry:'))
    const { position } = await curlPost(api, beat(5))
    expect(await stream.until((text) => text.includes('socket_sequence'))).toContain(
      `id: ${position}\nevent: marketData\ndata: ${beat(5)}\n\n`,
    )
  })

  it('Node’s own WebSocket', async () => {
    const socket = new WebSocket(api.wsUrl + PATH)
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    const message = new Promise((resolve) => socket.addEventListener('message', ({ data }) => resolve(data)))
    await api.hydrant.publish(PATH, JSON.parse(beat(6)))
    expect(await message).toBe(beat(6))
    const closed = new Promise((resolve) =>
      socket.addEventListener('close', ({ code, wasClean }) => resolve([code, wasClean])),
    )
    socket.close(4001, 'enough')
    expect(await closed).toEqual([4001, true])
  })

  it.runIf(has('python3-websockets'))('Python’s websockets', async () => {
    const program = `
import asyncio, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1]) as socket:
        print("open", flush=True)
        print(await socket.recv(), flush=True)
        await socket.ping()
    print("closed", socket.close_code, flush=True)
asyncio.run(main())`
    using client = new Lines('/usr/bin/python3', ['-c', program, api.wsUrl + PATH])
    await client.until((text) => text.includes('open'))
    await api.hydrant.publish(PATH, JSON.parse(beat(7)))
    expect(await client.until((text) => /closed .*\n/.test(text))).toBe(`open\n${beat(7)}\nclosed 1000\n`)
  })
})

describe.skipIf(isMissing).each(documents)('$name, in Chromium', ({ contract }) => {
  let api: Running
  let proxy: CuttableProxy
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    api = await serve({ contract })
    proxy = await CuttableProxy.to(api.port)
    browser = await launch()
    page = await browser.newPage()
    await page.goto(`${proxy.url}/-/live`)
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await proxy[Symbol.asyncDispose]()
    await api.hydrant.close()
  })

  it('its WebSocket and its EventSource get what curl posts', async () => {
    await page.evaluate(`
      seen = { socket: [], events: [] }
      socket = new WebSocket(location.origin.replace('http', 'ws') + '${PATH}')
      socket.onmessage = ({ data }) => seen.socket.push(data)
      events = new EventSource('${PATH}')
      events.addEventListener('marketData', ({ data }) => seen.events.push(data))
      Promise.all([new Promise((open) => (socket.onopen = open)), new Promise((open) => (events.onopen = open))]).then(() => 'open')`)
    for (const n of [1, 2, 3]) await curlPost(api, beat(n))
    await page.waitForFunction('seen.socket.length >= 3 && seen.events.length >= 3')
    const expected = [beat(1), beat(2), beat(3)]
    expect(await page.evaluate('seen')).toEqual({ socket: expected, events: expected })
  })

  it('its EventSource resumes by itself after the connection broke: nothing missed, nothing twice', async () => {
    await page.evaluate(`
      got = []
      opened = 0
      stream = new EventSource('${PATH}')
      stream.addEventListener('marketData', ({ data }) => got.push(data))
      new Promise((open) => (stream.onopen = () => open(++opened)))`)
    await curlPost(api, beat(11))
    await page.waitForFunction('got.length >= 1')
    proxy.cut()
    await curlPost(api, beat(12))
    await page.waitForFunction('opened >= 2')
    await curlPost(api, beat(13))
    await page.waitForFunction('got.length >= 3')
    expect(await page.evaluate('got')).toEqual([beat(11), beat(12), beat(13)])
  })
})
