import { existsSync } from 'node:fs'
import { createHydrant } from '@hydrant/server'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlockingProxy } from './support/blocking-proxy.ts'
import { bundle } from './support/bundle.ts'
import { hydrantServe } from './support/hydrant-serve.ts'
import { openTab } from './support/tab.ts'

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
  levels:
    address: /levels
    x-hydrant: { kind: state, key: id }
    messages:
      level: { payload: { type: object, required: [id, level] } }
`

/**
 * Follows both channels and keeps what comes. The delays are short: those of the policy, the doubt after a change of the network (5 s) and the
 * next try of a blocked socket (60 s). Runs in the page or its worker.
 */
const FOLLOW = `
  globalThis.seen = []; globalThis.states = []; globalThis.gaps = []; globalThis.levels = {};
  const after = (ms, run) => { const timer = setTimeout(run, ms === 5_000 || ms % 60_000 === 0 ? Math.min(ms, 300) : ms); return () => clearTimeout(timer) };
  globalThis.api = hydrantClient.connect(BASE, { policy: { firstDelayMs: 50, maxDelayMs: 200 }, platform: { after } });
  api.on('state', (state) => states.push(state.name + (state.via ? ' ' + state.via : '')));
  const words = api.channel('/words');
  words.on('gap', (gap) => gaps.push(gap));
  words.subscribe((word) => { seen.push(word); globalThis.onWord?.(word); });
  api.channel('/levels').subscribe(({ id, level }) => { levels[id] = level });
`

describe.skipIf(missing)('in Chromium', () => {
  let browser: Browser
  let code: string
  beforeAll(async () => {
    code = (await bundle('iife')).code
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] })
  })
  afterAll(() => browser?.close())

  const follow = (page: Page): Promise<unknown> => page.evaluate(FOLLOW.replace('BASE', 'location.origin'))
  const until = (page: Page, holds: string): Promise<unknown> =>
    page.waitForFunction(holds, undefined, { polling: 20, timeout: 30_000 })
  const publish = (page: Page, word: string): Promise<unknown> =>
    page.evaluate(`api.channel('/words').publish('${word}')`)
  /** Without waiting for the server, which is away. */
  const write = (page: Page, word: string): Promise<unknown> =>
    page.evaluate(`void api.channel('/words').publish('${word}')`)

  it('a tab that goes offline and back has every message, in order and once, and what was written meanwhile is out', async () => {
    await using server = createHydrant({ contract: API })
    const { port } = await server.listen({ port: 0 })
    await using proxy = await openBlockingProxy(port)
    proxy.blocks = false
    const { page, faults, networkLines } = await openTab(browser, proxy.url, code)
    await follow(page)
    await until(page, `api.state.name === 'open'`)
    await publish(page, 'one')
    await server.publish('/levels', { id: 'a', level: 1 })
    await until(page, `seen.length === 1 && levels.a === 1`)

    // Chromium's own switch tells the page, and leaves open sockets alone.
    proxy.silent = true
    await page.context().setOffline(true)
    for (const word of ['two', 'three']) await server.publish('/words', word)
    for (const level of [2, 3, 4]) await server.publish('/levels', { id: 'a', level })
    await write(page, 'from the tab')
    await until(page, `states.includes('waiting')`)
    expect(await page.evaluate('[seen, levels]')).toEqual([['one'], { a: 1 }])

    proxy.silent = false
    await page.context().setOffline(false)
    await until(page, `seen.length >= 4 && levels.a === 4`)
    expect(await page.evaluate('[seen, gaps, levels]')).toEqual([['one', 'two', 'three', 'from the tab'], [], { a: 4 }])
    expect(faults).toEqual([])
    console.log('offline and back: the browser printed', networkLines)
  })

  it('a server that is killed and started again under the tab is a gap, and everything since is there', async () => {
    await using first = await hydrantServe(API, 0)
    const { page, faults, networkLines } = await openTab(browser, first.url, code)
    await follow(page)
    const post = (channel: string, data: unknown): Promise<Response> =>
      fetch(first.url + channel, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(data),
      })
    await until(page, `api.state.name === 'open'`)
    for (const word of ['one', 'two']) await post('/words', word)
    await post('/levels', { id: 'a', level: 1 })
    await until(page, `seen.length === 2 && levels.a === 1`)
    const before = await page.evaluate(`api.channel('/words').position`)

    await first.kill()
    await write(page, 'from the tab')
    await until(page, `api.state.name === 'waiting'`)
    await using second = await hydrantServe(API, Number(new URL(first.url).port))
    expect(second.url).toBe(first.url)
    for (const word of ['three', 'four']) await post('/words', word)
    for (const level of [5, 6]) await post('/levels', { id: 'a', level })

    await until(page, `seen.length >= 5 && levels.a === 6`)
    const [seen, gaps] = await page.evaluate<[string[], object[]]>('[seen, gaps]')
    expect(seen.slice(0, 2)).toEqual(['one', 'two'])
    // The tab may come back before the others are published.
    expect(seen.slice(2).filter((word) => word !== 'from the tab')).toEqual(['three', 'four'])
    expect(seen.slice(2)).toContain('from the tab')
    expect(gaps).toMatchObject([{ from: before, reason: 'epoch-changed' }])
    expect(faults).toEqual([])
    console.log('a server killed and started again: the browser printed', networkLines.length, 'lines of', [
      ...new Set(networkLines),
    ])
  })

  it('a server that drains while its successor is up costs nothing, and the console stays empty', async () => {
    await using old = createHydrant({ contract: API })
    await using successor = createHydrant({ contract: API })
    await using proxy = await openBlockingProxy((await old.listen({ port: 0 })).port)
    proxy.blocks = false
    const { page, faults, networkLines } = await openTab(browser, proxy.url, code)
    await follow(page)
    await until(page, `api.state.name === 'open'`)
    await publish(page, 'one')
    await until(page, `seen.length === 1`)
    proxy.port = (await successor.listen({ port: 0 })).port
    await old.drain({ waitMs: 0, spreadMs: 200 })
    await successor.publish('/words', 'two')
    await until(page, `gaps.length === 1`)
    await publish(page, 'three')
    await until(page, `seen.length >= 3`)
    expect(await page.evaluate('[seen, states.at(-1), gaps.length]')).toEqual([
      ['one', 'two', 'three'],
      'open socket',
      1,
    ])
    expect([faults, networkLines]).toEqual([[], []])
  })

  it('works over HTTP behind a proxy that blocks sockets, and takes a socket when it opens', async () => {
    await using server = createHydrant({ contract: API })
    const { port } = await server.listen({ port: 0 })
    await using proxy = await openBlockingProxy(port)
    const { page, faults, networkLines } = await openTab(browser, proxy.url, code)
    await follow(page)
    await until(page, `api.state.name === 'open'`)
    expect(await page.evaluate('api.state.via')).toBe('fallback')
    await publish(page, 'one')
    await server.publish('/words', 'two')
    await server.publish('/levels', { id: 'a', level: 1 })
    await until(page, `seen.length === 2 && levels.a === 1`)
    proxy.blocks = false
    await until(page, `api.state.via === 'socket'`)
    await server.publish('/words', 'three')
    await publish(page, 'four')
    await until(page, `seen.length >= 4`)
    expect(await page.evaluate('[seen, gaps]')).toEqual([['one', 'two', 'three', 'four'], []])
    expect(faults).toEqual([])
    console.log('sockets blocked: the browser printed', networkLines.length, 'lines of', [...new Set(networkLines)])
    expect(networkLines.every((line) => line.startsWith('WebSocket connection'))).toBe(true)
  })

  it('works in a worker', async () => {
    await using server = createHydrant({ contract: API })
    const { url } = await server.listen({ port: 0 })
    const { page } = await openTab(browser, url, code)
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
