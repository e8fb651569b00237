import { connect } from '@hydrant/client'
import { createHydrant } from '@hydrant/server'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { buildConsole } from './build.ts'
import { isMissing, launch, openPage, type WatchedPage } from '@hydrant/testkit/chromium'
import { spawnMarket } from './market-process.ts'
import { type MarketServer, startMarket } from './market-server.ts'

describe.skipIf(isMissing)('an operator', () => {
  let browser: Browser
  let market: MarketServer
  beforeAll(async () => {
    buildConsole()
    browser = await launch()
    market = await startMarket()
    await market.chaos()
    await market.follow('/trades/AAPL')
  })
  afterAll(async () => {
    await browser?.close()
    await market?.[Symbol.asyncDispose]()
  })

  const open = (hash: string): Promise<WatchedPage> => openPage(browser, `${market.adminUrl}/${hash}`)

  it('sends a colleague the address of what is on the screen: place, tab, search and order are in it', async () => {
    await using watched = await open('#/')
    const { page } = watched
    const { items } = await ask<{ items: { id: string }[] }>(market, '/quarantine?search=more')
    const links: readonly (readonly [hash: string, sign: (page: Page) => Promise<unknown>])[] = [
      ['#/channels/trades/%2Ftrades%2FAAPL?tab=history', (at) => row(at, 'History', 1).waitFor()],
      ['#/channels?open=trades&search=msft', (at) => at.getByText('1 address match').waitFor()],
      ['#/messages/alerts/setAlert?tab=schema', (at) => at.locator('.json').first().waitFor()],
      [
        '#/connections?search=AAPL&door=sse&sort=-messagesOut',
        async (at) => {
          await row(at, 'Connections', 0).waitFor()
          expect(await at.getByRole('searchbox', { name: 'Search connections' }).inputValue()).toBe('AAPL')
          expect(await at.getByRole('combobox', { name: 'Door' }).inputValue()).toBe('sse')
          expect(await at.getByRole('columnheader', { name: 'Out' }).getAttribute('aria-sort')).toBe('descending')
        },
      ],
      ['#/connections/c1?tab=trace', (at) => row(at, 'Frames', 0).waitFor()],
      [`#/quarantine/${items[0]!.id}`, (at) => at.getByText('◂ expected more than 0').waitFor()],
      ['#/contract?tab=versions', (at) => row(at, 'Versions', 0).waitFor()],
      ['#/settings?search=message', (at) => at.getByText('maxMessageBytes').waitFor()],
      ['#/nowhere', (at) => at.getByText('There is no view “nowhere”.').waitFor()],
    ]
    for (const [hash, sign] of links) {
      // Not only another fragment: a page that is opened anew.
      await page.goto('about:blank')
      await page.goto(`${market.adminUrl}/${hash}`)
      await sign(page)
      expect(new URL(page.url()).hash).toBe(hash)
    }
    await page.goBack()
    await page.goBack()
    await page.getByText('maxMessageBytes').waitFor()
    expect(watched.faults).toEqual([])
  })

  it('drops one refused message, then all of its cause', async () => {
    await using watched = await open('#/quarantine?search=above')
    const { page } = watched
    await page.getByRole('link', { name: /expected one of "above", "below"/ }).click()
    await page.getByText('happened 40 times · 40 kept').waitFor()
    await page.getByRole('button', { name: 'Drop this one' }).click()
    await page.getByText('Dropped one message.').waitFor()
    await page.getByText('happened 40 times · 39 kept').waitFor()
    await page.getByRole('button', { name: 'Drop all …' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Drop 39' }).click()
    await page.getByText('Dropped 39 messages.').waitFor()
    await page.getByRole('heading', { name: 'Quarantine' }).waitFor()
    await page.getByText('4 causes').waitFor()
    expect((await ask<{ total: number }>(market, '/quarantine?search=above')).total).toBe(0)
    await audited(page, 'dropQuarantineGroup')
    expect(watched.faults).toEqual([])
  })

  it('replays one message that is repaired by hand, and leaves the others', async () => {
    const reader = await market.follow('/trades/MSFT')
    await using watched = await open('#/quarantine?search=more%20than%200')
    const { page } = watched
    await page.getByRole('link', { name: /expected more than 0/ }).click()
    await page.getByText('12 kept').waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page
      .getByRole('textbox', { name: 'Repaired payload' })
      .fill('{ "symbol": "MSFT", "price": 31337, "date": "2010-03-01" }')
    await page.getByText('Valid: trade.').waitFor()
    await page.getByRole('button', { name: 'Replay this one' }).click()
    expect(await reader.until((message) => (message as { price: number }).price === 31337)).toMatchObject({
      symbol: 'MSFT',
    })
    await page.getByText('11 kept').waitFor()
    await audited(page, 'replayQuarantineGroup')
    expect(watched.faults).toEqual([])
  })

  it('revokes a principal: all that is open for it ends, with the reason, and its token is refused', async () => {
    await using api = createHydrant({
      contract: new URL('../../../examples/market/market.yaml', import.meta.url),
      authenticate: ({ token }) => (token === undefined ? undefined : { id: token, expiresAt: Date.now() + 600_000 }),
    })
    const { url } = await api.listen({ port: 0 })
    const { url: adminUrl } = await api.listenAdmin({ port: 0 })
    const follow = (token: string): Promise<Response> =>
      fetch(`${url}/quotes`, { headers: { accept: 'text/event-stream', authorization: `Bearer ${token}` } })
    const streams = [await follow('ann'), await follow('ann')]
    const other = await follow('bob')
    await using watched = await openPage(browser, `${adminUrl}/#/connections?search=ann`)
    const { page } = watched
    await page.getByRole('table', { name: 'Connections' }).getByText('/quotes').first().click()
    await page.getByRole('button', { name: 'Revoke principal …' }).click()
    const dialog = page.getByRole('dialog')
    const confirm = dialog.getByRole('button', { name: /^Revoke/ })
    await confirm.click()
    // Nothing happens without a reason.
    expect(await dialog.locator('input:invalid').count()).toBe(1)
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('left the company')
    await confirm.click()
    for (const stream of streams) expect(await stream.text()).toContain('left the company')
    expect((await follow('ann')).status).toBe(401)
    await page.getByText('ended').waitFor()
    await page.getByRole('link', { name: 'Connections', exact: true }).first().click()
    await page.getByRole('table', { name: 'Connections' }).getByText('bob').waitFor()
    await audited(page, 'left the company')
    await other.body!.cancel()
    expect(watched.faults.filter((fault) => !fault.includes('404'))).toEqual([])
  })

  it('drains the server: clients are told to come back elsewhere, and every view says so', async () => {
    await using own = await startMarket()
    await using client = connect(own.url)
    await client.channel('/quotes').subscribe(() => {}).ready
    const told = new Promise((resolve) => client.on('state', ({ name }) => name !== 'open' && resolve(name)))
    await using watched = await openPage(browser, `${own.adminUrl}/#/settings`)
    const { page } = watched
    await page.getByRole('button', { name: 'Drain …' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('There is no way back').waitFor()
    await dialog.getByLabel('Wait before, seconds').fill('0')
    await dialog.getByLabel('Spread over, seconds').fill('0')
    await dialog.getByLabel('Reason').fill('a new version')
    await dialog.getByRole('button', { name: 'Drain', exact: true }).click()
    expect(await told).not.toBe('open')
    await page.getByText('draining', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Overview', exact: true }).click()
    await page.getByText('The server lets its clients go').waitFor()
    expect((await fetch(`${own.url}/-/ready`)).status).toBe(503)
    await audited(page, 'a new version')
    expect(watched.faults).toEqual([])
  })

  it('goes on by itself when the server was killed and started again: no reload, and what was shown stays meanwhile', async () => {
    await using first = await spawnMarket(0)
    await using watched = await openPage(browser, `${first.adminUrl}/#/channels/trades`)
    const { page } = watched
    const table = page.getByRole('table', { name: 'Messages' })
    await table.locator('[data-index="2"]').waitFor()
    await page.evaluate('globalThis.sameDocument = true')
    await first.kill()
    await page.getByText('Reconnecting …').waitFor()
    const newest = await table.locator('[data-index="0"]').textContent()
    expect(newest).not.toBe('')

    await using second = await spawnMarket(Number(new URL(first.adminUrl).port))
    expect(second.adminUrl).toBe(first.adminUrl)
    await page.getByText('Live', { exact: true }).waitFor()
    await expect.poll(() => page.getByText('Reconnecting …').count()).toBe(0)
    // The tail goes on with the trades of the new process.
    await expect.poll(() => table.locator('[data-index="0"]').textContent(), { timeout: 10_000 }).not.toBe(newest)
    await page.getByRole('link', { name: 'Overview', exact: true }).click()
    await page.getByText(/up \d s ·/).waitFor()
    expect(await page.evaluate('globalThis.sameDocument')).toBe(true)
    expect(watched.faults).toEqual([])
  })

  it('sees the minutes before the page was opened: charts begin full', async () => {
    const kept = async (): Promise<number> => (await ask<{ total: number }>(market, '/status/history')).total
    await expect.poll(kept, { timeout: 10_000 }).toBeGreaterThan(1)
    const before = await kept()
    await using watched = await open('#/')
    const { page } = watched
    await page.getByRole('img', { name: /^Messages per second over time: now out \d/ }).waitFor()
    const told = Promise.withResolvers<{ total: number }>()
    await page.route('**/status/history*', async (route) => {
      const response = await route.fetch()
      told.resolve((await response.json()) as { total: number })
      await route.fulfill({ response })
    })
    await page.reload()
    expect((await told.promise).total).toBeGreaterThanOrEqual(before)
    // The page goes on asking, and may be closed before it is answered.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.getByRole('img', { name: /^Messages per second over time: now out \d/ }).waitFor()
    expect(watched.faults).toEqual([])
  })
})

function row(page: Page, table: string, index: number): ReturnType<Page['locator']> {
  return page.getByRole('table', { name: table }).locator(`[data-index="${index}"]`)
}

async function audited(page: Page, text: string): Promise<void> {
  await page.evaluate("location.hash = '#/settings?tab=audit'")
  await page.getByRole('table', { name: 'Audit log' }).getByText(text).first().waitFor()
}

async function ask<Answer>({ adminUrl }: MarketServer, path: string): Promise<Answer> {
  return (await (await fetch(adminUrl + path)).json()) as Answer
}
