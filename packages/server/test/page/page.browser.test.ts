import { isMissing, launch, openPage, type WatchedPage } from '@hydrant/testkit/chromium'
import axe from 'axe-core'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { renderPage } from '../../src/page/render-page.ts'
import { contractOf, marketContract } from './market-contract.ts'
import { startPageServer, type PageServer } from './page-server.ts'

describe.skipIf(isMissing)('the page in a browser', () => {
  let browser: Browser
  let server: PageServer
  beforeAll(async () => {
    browser = await launch()
    server = await startPageServer(renderPage(marketContract()))
  })
  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const open = (path = '/', options: Parameters<typeof openPage>[2] = {}, base = server.url): Promise<WatchedPage> =>
    openPage(browser, base + path, { viewport: { width: 1280, height: 900 }, ...options })

  it('loads without an error and without asking anybody else', async () => {
    await using watched = await open()
    await watched.page.locator('[role=tab]').first().waitFor()
    expect(await watched.page.evaluate('document.fonts.ready.then(() => document.styleSheets.length)')).toBe(1)
    expect(watched.faults).toEqual([])
  })

  it('is dark where the system is, and remembers the theme that was chosen', async () => {
    await using watched = await open('/', { colorScheme: 'dark' })
    const { page } = watched
    const brightness = (): Promise<unknown> =>
      page.evaluate(
        'getComputedStyle(document.body).backgroundColor.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0)',
      )
    expect(await brightness()).toBeLessThan(120)
    await page.getByRole('button', { name: 'Switch to the light theme' }).click()
    expect(await brightness()).toBeGreaterThan(700)
    await page.reload()
    expect(await brightness()).toBeGreaterThan(700)
    await page.getByRole('button', { name: 'Switch to the dark theme' }).waitFor()
  })

  it('does not scroll sideways on a phone, a tablet or a desk, with everything unfolded', async () => {
    await using watched = await open()
    await watched.page.evaluate('for (const d of document.querySelectorAll("details")) d.open = true')
    for (const width of [375, 768, 1280]) {
      await watched.page.setViewportSize({ width, height: 800 })
      expect(await watched.page.evaluate('document.documentElement.scrollWidth')).toBe(width)
    }
  })

  it('has its contents in a drawer on a phone, which Escape and a choice close', async () => {
    await using watched = await open('/', { viewport: { width: 375, height: 800 } })
    const { page } = watched
    const nav = page.getByRole('navigation', { name: 'Contents' })
    expect(await nav.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Contents' }).click()
    expect(await nav.isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await nav.isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Contents' }).click()
    await nav.getByRole('link', { name: 'Quotes' }).click()
    expect(await nav.isVisible()).toBe(false)
    expect(new URL(page.url()).hash).toBe('#/quotes')
  })

  it('can be walked with the keyboard, beginning with a way past the contents', async () => {
    await using watched = await open()
    const { page } = watched
    await page.keyboard.press('Tab')
    expect(await focused(page)).toContain('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('content')
    // Every stop is visible and shows its focus, and the walk ends: nothing holds it.
    const stops = new Set<string>()
    for (let step = 0; step < 160; step++) {
      await page.keyboard.press('Tab')
      const stop = String(await page.evaluate(describeFocus))
      if (stop === 'end') break
      expect(stop).not.toMatch(/unseen|no outline/)
      stops.add(stop)
    }
    expect([...stops].join('\n')).toMatch(/button Start[\s\S]*summary[\s\S]*asyncapi/i)
  })

  it('filters channels and messages after a slash, and Enter goes to the first', async () => {
    await using watched = await open()
    const { page } = watched
    await page.keyboard.press('/')
    await page.keyboard.type('orderUp')
    const shown = page.locator('[data-nav-message]:visible')
    expect(await shown.allTextContents()).toEqual([expect.stringContaining('orderUpdate')])
    expect(await page.locator('[data-filter-status]').textContent()).toBe('1 of 3 channels')
    await page.keyboard.press('Escape')
    expect(await shown.count()).toBe(4)
    await page.keyboard.type('quotes')
    await page.keyboard.press('Enter')
    expect(new URL(page.url()).hash).toBe('#/quotes')
  })

  it('opens what a link leads to', async () => {
    await using watched = await open('/#message-orders-placeOrder')
    const message = watched.page.locator('[id="message-orders-placeOrder"]')
    await message.locator('.message-body').waitFor()
    const box = await message.boundingBox()
    expect(box?.y).toBeGreaterThanOrEqual(0)
    expect(box?.y).toBeLessThan(400)
  })

  it('puts the values of the parameters into every line to copy', async () => {
    await using watched = await open('/-/docs?symbol=AAPL#/trades')
    const { page } = watched
    const trades = page.locator('[id="/trades"]')
    const curl = trades.locator('[data-language=curl] pre').first()
    expect(await curl.textContent()).toBe(`curl '${server.url}/trades/AAPL'`)
    await trades.getByLabel('symbol', { exact: true }).selectOption('MSFT')
    await trades.getByLabel('venue').selectOption('dark')
    expect(await curl.textContent()).toBe(`curl '${server.url}/trades/MSFT'`)
    await trades.getByRole('radio', { name: 'websocat' }).check()
    const ws = server.url.replace('http', 'ws')
    expect(await trades.locator('[data-language=websocat] pre').first().textContent()).toBe(
      `websocat '${ws}/trades/MSFT?venue=dark'`,
    )
    const orders = page.locator('[id="/orders"]')
    await orders.getByLabel('account', { exact: true }).fill(`a b/'c`)
    expect(await orders.locator('[data-url=path]').textContent()).toBe('/orders/a%20b%2F%27c')
  })

  it('follows a channel: history, then live, gaps and errors in words, again after a cut from the last position', async () => {
    await using own = await startPageServer(renderPage(marketContract()))
    await using watched = await open('/-/docs?symbol=AAPL#/trades', {}, own.url)
    const tail = tailOf(watched.page, '/trades')
    await tail.getByRole('button', { name: 'Start' }).click()
    await own.readers(1)
    await tail.getByText('Live', { exact: true }).waitFor()
    expect(own.requests).toEqual(['GET /trades/AAPL?limit=10', 'WS /trades/AAPL?envelope=true&since=e1%3A7'])
    await tail.getByText('e1:7').waitFor()

    own.push({
      position: 'e1:8',
      time: '2026-01-31T12:00:01.000Z',
      name: 'trade',
      data: { price: 1.5, text: '<b>bold</b>' },
    })
    await tail.getByText('e1:8').waitFor()
    const rows = tail.locator('.row')
    expect(await rows.first().textContent()).toContain('<b>bold</b>')
    await rows.first().locator('summary').click()
    expect(await rows.first().locator('pre').textContent()).toBe('{\n  "price": 1.5,\n  "text": "<b>bold</b>"\n}')

    own.push({
      type: 'urn:hydrant:gap',
      title: 'Messages were lost',
      from: 'e1:8',
      to: 'e1:20',
      missed: 12,
      reason: 'slow-consumer',
    })
    await tail.getByText('12 messages will not come, after e1:8 up to e1:20 (slow-consumer).').waitFor()
    own.push({
      type: 'urn:hydrant:message-invalid',
      title: 'Not valid',
      errors: [{ pointer: '/price', expected: 'number', got: '"12"' }],
    })
    await tail.getByText('expected number, got "12"').waitFor()

    own.cut()
    await own.readers(2)
    expect(own.requests.at(-1)).toBe('WS /trades/AAPL?envelope=true&since=e1%3A20')
    await tail.getByText('Connected again, resumed after the last message').waitFor()
    await tail.getByRole('button', { name: 'Stop' }).click()
    await tail.getByText('Stopped').waitFor()
    expect(watched.faults).toEqual([])
  })

  it('holds messages back while it is paused, and keeps no more than 200 rows', async () => {
    await using own = await startPageServer(renderPage(marketContract()))
    await using watched = await open('/-/docs?symbol=AAPL#/trades', {}, own.url)
    const tail = tailOf(watched.page, '/trades')
    await tail.getByRole('button', { name: 'Start' }).click()
    await own.readers(1)
    await tail.getByText('e1:7').waitFor()
    await tail.getByRole('button', { name: 'Pause' }).click()
    for (let offset = 8; offset < 308; offset++) own.push({ position: `e1:${offset}`, name: 'trade', data: { offset } })
    await tail.getByRole('button', { name: 'Resume (300 new)' }).waitFor()
    expect(await tail.locator('.row').count()).toBe(1)
    await tail.getByRole('button', { name: 'Resume (300 new)' }).click()
    await tail.getByText('e1:307').waitFor()
    expect(await tail.locator('.row').count()).toBe(200)
    expect(await tail.locator('.tail-rate').textContent()).toMatch(/^\d+(?:\.\d)?\/s · 301 in all$/)
    await tail.getByRole('button', { name: 'Clear' }).click()
    expect(await tail.locator('.row').count()).toBe(0)
  })

  it('follows a state over an EventSource', async () => {
    await using own = await startPageServer(renderPage(marketContract()))
    await using watched = await open('/#/quotes', {}, own.url)
    const tail = tailOf(watched.page, '/quotes')
    await tail.getByLabel('How to follow the channel').selectOption('EventSource')
    await tail.getByRole('button', { name: 'Start' }).click()
    await own.readers(1)
    expect(own.requests).toEqual(['GET /quotes'])
    own.pushEvent({ id: 'e1:3', name: 'quote', data: { symbol: 'AAPL', bid: 3 } })
    await tail.getByText('e1:3').waitFor()
    own.pushEvent({
      id: 'e1:9',
      name: 'hydrant.gap',
      data: { type: 'urn:hydrant:gap', title: 'Messages were lost', missed: 1 },
    })
    await tail.getByText('1 message will not come').waitFor()
  })

  it('says why a channel cannot be followed', async () => {
    await using watched = await open('/-/docs?symbol=MSFT#/trades')
    const tail = tailOf(watched.page, '/trades')
    await tail.getByRole('button', { name: 'Start' }).click()
    await tail.getByText('symbol: expected one of AAPL').waitFor()
    await tail.getByText('Refused').waitFor()
    expect(await tail.getByRole('button', { name: 'Start' }).isVisible()).toBe(true)
  })

  it('publishes, and shows the position or what is wrong and where', async () => {
    await using watched = await open('/-/docs?symbol=AAPL#/trades')
    const { page } = watched
    const trades = page.locator('[id="/trades"]')
    await trades.getByRole('tab', { name: 'Live tail' }).press('ArrowRight')
    expect(await trades.getByRole('tab', { name: 'Publish' }).getAttribute('aria-selected')).toBe('true')
    const payload = trades.getByLabel('Payload')
    expect(JSON.parse(await payload.inputValue())).toEqual({ price: 187.23, side: 'buy' })
    await trades.getByRole('button', { name: 'Publish', exact: true }).click()
    await trades.getByText('Published at position e1:9').waitFor()
    expect(server.requests).toContain('POST /trades/AAPL')
    await payload.fill('{}')
    await payload.press('Control+Enter')
    await trades.getByText('/price expected number, got nothing').waitFor()
  })

  it('has no accessibility fault that axe finds: light and dark, wide and narrow', async () => {
    await using watched = await open()
    const { page } = watched
    await page.evaluate(axe.source)
    await page.evaluate('for (const d of document.querySelectorAll("details")) d.open = true')
    expect(await page.evaluate(runAxe)).toEqual([])
    await page.getByRole('tab', { name: 'Publish' }).first().click()
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await page.setViewportSize({ width: 375, height: 800 })
    expect(await page.evaluate(runAxe)).toEqual([])
    await page.getByRole('button', { name: 'Contents' }).click()
    expect(await page.evaluate(runAxe)).toEqual([])
  })

  it('keeps everything but the tail and the publish box without JavaScript', async () => {
    await using watched = await open('/#/trades', { javaScriptEnabled: false })
    const { page } = watched
    const trades = page.locator('[id="/trades"]')
    await trades.getByText('need JavaScript').waitFor()
    await trades.getByRole('radio', { name: 'JavaScript' }).check()
    expect(await trades.getByText('EventSource', { exact: true }).isVisible()).toBe(true)
    expect(await page.getByRole('searchbox').count()).toBe(0)
    expect(await trades.getByText('US dollars a share.').isVisible()).toBe(true)
  })

  it('[D14] shows a hostile document as text', async () => {
    const evil = '<img src=x onerror=alert(1)><script>alert(2)</script>"><svg onload=alert(3)>'
    const html = renderPage(
      contractOf({
        asyncapi: '3.0.0',
        info: { title: evil, version: evil, description: evil },
        channels: {
          [evil]: {
            address: '/x',
            title: evil,
            messages: { [evil]: { title: evil, payload: { type: 'object', properties: { [evil]: { const: evil } } } } },
          },
        },
        operations: { o: { action: 'send', channel: { $ref: `#/channels/${evil.replaceAll('/', '~1')}` } } },
      }),
    )
    await using own = await startPageServer(html)
    await using watched = await open('/', {}, own.url)
    const { page } = watched
    await page.locator('[role=tab]').first().waitFor()
    expect(await page.title()).toContain('<script>')
    expect(await page.evaluate('document.querySelectorAll("img, script:not([src]), [onload], [onerror]").length')).toBe(
      0,
    )
    const tail = page.locator('.tail')
    await tail.getByRole('button', { name: 'Start' }).click()
    await own.readers(1)
    own.push({ position: 'e1:8', name: evil, data: { [evil]: evil } })
    own.push({ type: `urn:hydrant:${evil}`, title: evil, detail: evil })
    await tail.locator('.problem').waitFor()
    expect(await page.evaluate('document.querySelectorAll("img, script:not([src]), [onload], [onerror]").length')).toBe(
      0,
    )
    expect(watched.faults).toEqual([])
  })
})

function tailOf(page: Page, id: string): Locator {
  return page.locator(`[id="${id}"] .tail`)
}

function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.textContent')
}

const describeFocus = `(() => {
  const node = document.activeElement
  if (node === null || node === document.body) return 'end'
  const box = node.getBoundingClientRect()
  const seen = node.matches('.code-tabs input') ? node.nextElementSibling : node
  const outline = getComputedStyle(seen).outlineStyle
  const name = node.tagName.toLowerCase() + ' ' + (node.getAttribute('aria-label') ?? node.textContent ?? '').trim().slice(0, 30)
  if (box.width < 1 || box.height < 1) return name + ' unseen'
  return outline === 'none' ? name + ' no outline' : name
})()`

const runAxe = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, impact, nodes }) => impact + ' ' + id + ': ' + nodes.slice(0, 3).map((node) => node.html).join(' | ')))`
