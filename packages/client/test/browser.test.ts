import { existsSync } from 'node:fs'
import { createHydrant } from '@hydrant/server'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlockingProxy } from './support/blocking-proxy.ts'
import { bundle } from './support/bundle.ts'

const executablePath = '/usr/bin/chromium'
const missing = !existsSync(executablePath)
if (missing) console.log(`skipped: the client in a browser (there is no ${executablePath})`)

const API = `
asyncapi: 3.1.0
info: { title: Test API, version: 1.0.0 }
channels:
  words:
    address: /words
    x-hydrant: { history: { messages: 1000 } }
    messages:
      word: { payload: { type: string } }
`

/** Follows /words and keeps what comes; the delays are short. Runs in the page or its worker. */
const FOLLOW = `
  globalThis.seen = []; globalThis.states = []; globalThis.gaps = [];
  globalThis.api = hydrantClient.connect(BASE, { policy: { firstDelayMs: 50, maxDelayMs: 200 } });
  api.on('state', (state) => states.push(state.name + (state.via ? ' ' + state.via : '')));
  const words = api.channel('/words');
  words.on('gap', (gap) => gaps.push(gap));
  words.subscribe((word) => { seen.push(word); globalThis.onWord?.(word); });
`

describe.skipIf(missing)('in Chromium', { timeout: 30_000 }, () => {
  let browser: Browser
  let code: string
  beforeAll(async () => {
    code = (await bundle('iife')).code
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] })
  }, 30_000)
  afterAll(() => browser?.close())

  /** An empty page of the server's own origin, with the client in it. */
  async function open(url: string): Promise<{ page: Page; faults: string[] }> {
    const page = await (await browser.newContext()).newPage()
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    await page.goto(`${url}/-/live`)
    await page.evaluate(code.replace(/^(?:var|let|const) hydrantClient/, 'globalThis.hydrantClient'))
    return { page, faults }
  }

  const sees = (page: Page, count: number): Promise<unknown> =>
    page.waitForFunction(`seen.length >= ${count}`, undefined, { polling: 20 })

  it('a tab that goes offline and back has every message, in order and once', async () => {
    await using server = createHydrant({ contract: API })
    const { url } = await server.listen({ port: 0 })
    const { page, faults } = await open(url)
    await page.evaluate(FOLLOW.replace('BASE', 'location.origin'))
    await page.waitForFunction(`api.state.name === 'open'`)
    await page.evaluate(`api.channel('/words').publish('one')`)
    await sees(page, 1)
    await page.context().setOffline(true)
    for (const word of ['two', 'three']) await server.publish('/words', word)
    await page.context().setOffline(false)
    await sees(page, 3)
    expect(await page.evaluate('[seen, gaps]')).toEqual([['one', 'two', 'three'], []])
    expect(faults).toEqual([])
  })

  it('works over HTTP behind a proxy that blocks sockets', async () => {
    await using server = createHydrant({ contract: API })
    const { port } = await server.listen({ port: 0 })
    await using proxy = await openBlockingProxy(port)
    const { page, faults } = await open(proxy.url)
    await page.evaluate(FOLLOW.replace('BASE', 'location.origin'))
    await page.waitForFunction(`api.state.name === 'open'`)
    expect(await page.evaluate('api.state.via')).toBe('fallback')
    await page.evaluate(`api.channel('/words').publish('one')`)
    await server.publish('/words', 'two')
    await sees(page, 2)
    expect(await page.evaluate('[seen, gaps]')).toEqual([['one', 'two'], []])
    expect(faults).toEqual([])
  })

  it('works in a worker', async () => {
    await using server = createHydrant({ contract: API })
    const { url } = await server.listen({ port: 0 })
    const { page } = await open(url)
    const source = `${code}\n${FOLLOW.replace('BASE', JSON.stringify(url))}
      globalThis.onWord = (word) => postMessage(word);
      api.channel('/words').publish('from a worker');`
    const word = await page.evaluate(
      `new Promise((resolve, reject) => {
        const worker = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(source)}], { type: 'text/javascript' })))
        worker.onmessage = ({ data }) => resolve(data)
        worker.onerror = ({ message }) => reject(new Error(message))
      })`,
    )
    expect(word).toBe('from a worker')
  })
})
