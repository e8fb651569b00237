import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openMarket } from '../src/market.ts'

const CHROMIUM = '/usr/bin/chromium'
const hasChromium = existsSync(CHROMIUM) || process.env['CI'] === 'true'
if (!hasChromium) console.warn('skipped: no /usr/bin/chromium (Debian package chromium)')

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

describe.runIf(hasChromium)('the API’s page of the running market, in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: QUIET })
  }, 60_000)
  afterAll(() => browser.close())

  it('opens at /, follows trades live, and publishes an alert that fires', async () => {
    await using market = openMarket({ tradeEveryMs: 20 })
    const { url } = await market.api.listen({ port: 0 })
    const page = await browser.newPage()
    const troubles: string[] = []
    const elsewhere: string[] = []
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()))
    page.on('pageerror', (error) => troubles.push(error.message))
    page.on('request', (request) => request.url().startsWith(url) || elsewhere.push(request.url()))

    await page.goto(`${url}/trades/MSFT`)
    expect(page.url()).toBe(`${url}/-/docs?symbol=MSFT#/trades`)
    await page.getByRole('button', { name: 'Start' }).first().click()
    await page.getByText('"symbol":"MSFT"').nth(5).waitFor()
    expect(await page.title()).toContain('Market data')

    const fired = new Promise((resolve) => {
      const events = new WebSocket(`${url.replace('http', 'ws')}/alerts`)
      events.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))))
    })
    const alert = { type: 'set', symbol: 'MSFT', when: 'above', price: 1 }
    const answer = await page.evaluate(
      `fetch('/alerts', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '${JSON.stringify(alert)}' }).then((response) => response.status)`,
    )
    expect(answer).toBe(201)
    expect(await fired).toMatchObject({ type: 'fired', symbol: 'MSFT' })
    expect([troubles, elsewhere]).toEqual([[], []])
  })
})
