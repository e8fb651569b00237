import { readFile } from 'node:fs/promises'
import { connect } from '@hydrant/client'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { buildConsole } from './build.ts'
import { isMissing, launch, openPage, seriousViolations, type WatchedPage } from '@hydrant/testkit/chromium'
import { type MarketServer, startMarket } from './market-server.ts'

describe.skipIf(isMissing)('the console of the market example', () => {
  let browser: Browser
  let market: MarketServer
  beforeAll(async () => {
    buildConsole()
    browser = await launch()
    market = await startMarket()
    await market.chaos()
  })
  afterAll(async () => {
    await browser?.close()
    await market?.[Symbol.asyncDispose]()
  })

  const open = (hash: string, options: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage> =>
    openPage(browser, `${market.adminUrl}/${hash}`, { acceptDownloads: true, ...options })

  it('has nothing that axe finds serious, in any view, light or dark', { timeout: 60_000 }, async () => {
    await using reader = connect(market.url)
    await reader.channel('/trades/{symbol}', { symbol: 'AAPL' }).subscribe(() => {}).ready
    await using watched = await open('#/')
    const { page } = watched
    await page.getByText('in quarantine').waitFor()
    const found: string[] = []
    for (const [hash, sign] of VIEWS) {
      await page.goto(`${market.adminUrl}/${hash}`)
      await page.locator(sign).first().waitFor()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        for (const violation of await seriousViolations(page, axe.source))
          found.push(`${hash} ${colorScheme}: ${violation}`)
      }
    }
    expect(found).toEqual([])
    expect(watched.faults).toEqual([])
  })

  it('says what needs attention first, and leads there', async () => {
    await using watched = await open('#/')
    const { page } = watched
    const attention = page.getByRole('region', { name: 'Needs attention' })
    await attention.getByText('refused messages in quarantine').waitFor()
    await page.getByRole('img', { name: /^Messages per second over time: now out \d/ }).waitFor()
    expect(await page.locator('.uplot canvas').count()).toBe(6)
    await attention.getByRole('link', { name: 'Repair' }).click()
    await page.getByRole('heading', { name: 'Quarantine' }).waitFor()
  })

  it('unfolds a template into its live addresses, with the keyboard too', async () => {
    await using watched = await open('#/')
    const { page } = watched
    await page.getByText('in quarantine').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('c')
    const tree = page.getByRole('treegrid', { name: 'Channels' })
    const trades = tree.getByRole('row', { name: /trades\/\{symbol\}/ })
    await trades.focus()
    expect(await trades.getAttribute('aria-expanded')).toBe('false')
    await page.keyboard.press('ArrowRight')
    await tree.getByText('/trades/MSFT', { exact: true }).waitFor()
    await page.keyboard.press('ArrowRight')
    await expect.poll(() => focusedText(page)).toContain('/trades/AAPL')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => focusedText(page)).toContain('/trades/{symbol}')
    await page.keyboard.press('/')
    await page.keyboard.type('goog')
    await page.getByText('1 address match').waitFor()
    expect(new URL(page.url()).hash).toContain('search=goog')
    await tree.getByText('/trades/GOOG', { exact: true }).click()
    await page.getByRole('heading', { name: '/trades/GOOG' }).waitFor()
    expect(watched.faults).toEqual([])
  })

  it('tails a channel: pauses, filters, and unfolds a message', async () => {
    await using watched = await open('#/channels/trades')
    const { page } = watched
    const table = page.getByRole('table', { name: 'Messages' })
    await table.getByText('trade', { exact: true }).nth(5).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText(/\d+ wait/).waitFor()
    const newest = await table.locator('[data-index="0"]').textContent()
    await page.getByText(/[2-9]\d* wait/).waitFor()
    expect(await table.locator('[data-index="0"]').textContent()).toBe(newest)
    await table.locator('[data-index="0"]').click()
    await page.getByRole('complementary', { name: 'Message' }).getByText('"symbol"').waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('searchbox', { name: 'Payloads that contain' }).fill('"MSFT"')
    await expect.poll(() => rowsWithout(page, '/trades/MSFT')).toBe(0)
    await table.getByText('/trades/MSFT').nth(2).waitFor()
    // Refused ones are there as well, and say so.
    await page.getByRole('searchbox', { name: 'Payloads that contain' }).fill('"187.2"')
    await page.getByText(/No message with that text/).waitFor()
    await expect
      .poll(async () => {
        await market.post('/trades/AAPL', { symbol: 'AAPL', price: '187.2', date: '2010-03-01' })
        return await table.getByText('refused').count()
      })
      .toBeGreaterThan(0)
    expect(watched.faults).toEqual([])
  })

  it('shows the history of an address', async () => {
    await using watched = await open('#/channels/trades/%2Ftrades%2FIBM?tab=history')
    const { page } = watched
    const table = page.getByRole('table', { name: 'History' })
    await table.getByText('"IBM"').nth(1).waitFor()
    const position = await table.locator('[data-index="0"] [role=cell]').last().textContent()
    await page.getByRole('textbox', { name: 'After this position' }).fill(position ?? '')
    await page.getByRole('button', { name: 'Show' }).click()
    await table.getByText('"IBM"').nth(1).waitFor()
    await page.getByRole('textbox', { name: 'After this position' }).fill('nonsense')
    await page.getByRole('button', { name: 'Show' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('nonsense')
  })

  it('publishes with a form that is made from the schema, and shows what is wrong at its field', async () => {
    const reader = await market.follow('/trades/GOOG')
    await using watched = await open('#/channels/trades?tab=publish')
    const { page } = watched
    await page.getByRole('combobox', { name: '{symbol}' }).selectOption('GOOG')
    await page.getByRole('textbox', { name: 'price' }).fill('many')
    const field = page.locator('.field', { has: page.getByRole('textbox', { name: 'price' }) })
    await field.getByText('Expected number, got "many"').waitFor()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('alert').getByText('matches no schema').waitFor()
    await page.getByRole('button', { name: 'Leave out change' }).click()
    await page.getByRole('textbox', { name: 'price' }).fill('4321.5')
    await page.getByRole('combobox', { name: 'symbol', exact: true }).selectOption('GOOG')
    await page.getByText('Fits the contract.').waitFor()
    await page.getByRole('button', { name: 'JSON', exact: true }).click()
    await page.getByRole('textbox', { name: 'Payload as JSON' }).waitFor()
    await page.getByRole('button', { name: 'Form', exact: true }).click()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByText('Published at position').waitFor()
    expect(await reader.until((message) => (message as { price: number }).price === 4321.5)).toMatchObject({
      symbol: 'GOOG',
    })
    expect(watched.faults.filter((fault) => !fault.includes('422'))).toEqual([])
  })

  it('compares a message with what flows: validity, presence, ranges, drift', async () => {
    await using watched = await open('#/messages')
    const { page } = watched
    await page.getByRole('table', { name: 'Messages' }).getByRole('link', { name: 'setAlert' }).click()
    await page.getByRole('heading', { name: 'setAlert' }).waitFor()
    await page.getByText('/note', { exact: true }).first().waitFor()
    await page.getByText('unknown', { exact: true }).waitFor()
    await page.getByRole('tab', { name: 'Newest and example' }).click()
    await page.getByText('"above"').first().waitFor()
    expect(watched.faults).toEqual([])
  })

  it('traces the frames of a connection, and closes it with a reason that the peer and the audit log get', async () => {
    await using client = connect(market.url)
    await client.channel('/quotes').subscribe(() => {}).ready
    await using watched = await open('#/connections?door=socket')
    const { page } = watched
    const table = page.getByRole('table', { name: 'Connections' })
    await table.getByText('/quotes').first().click()
    await page.getByRole('tab', { name: 'Frame trace' }).click()
    await page.getByRole('table', { name: 'Frames' }).getByText('"bid"').nth(2).waitFor()
    await page.getByRole('button', { name: 'Close …' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('checkbox').uncheck()
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('too curious')
    await dialog.getByRole('button', { name: 'Close the connection' }).click()
    expect((await client.closed).reason).toContain('too curious')
    await page.getByText('ended').waitFor()
    await page.goto(`${market.adminUrl}/#/settings?tab=audit`)
    await page.getByRole('table', { name: 'Audit log' }).getByText('too curious').waitFor()
    expect(watched.faults.filter((fault) => !fault.includes('404'))).toEqual([])
  })

  it(
    'repairs 10,000 messages of one mistake at once: one row, edited once, replayed, delivered to a live subscriber',
    { timeout: 60_000 },
    async () => {
      await using own = await startMarket({ tradeEveryMs: 60_000 })
      const reader = await own.follow('/trades/AMZN')
      await using watched = await openPage(browser, `${own.adminUrl}/#/quarantine`)
      const { page } = watched
      await page.getByText('Nothing is in quarantine.').waitFor()
      await own.post('/trades/AMZN', { symbol: 'AMZN', price: '131.25', date: '2010-03-01' }, 10_000)

      const causes = page.getByRole('table', { name: 'Causes' })
      await causes.getByText('10,000').first().waitFor()
      expect(await causes.locator('[data-index]').count()).toBe(1)
      await causes.getByRole('link', { name: /\/price: expected number/ }).click()

      // What is wrong stands where it is wrong; one message is repaired by hand, and what was done is done to all.
      await page.getByText('◂ expected number, got "131.25" (string)').waitFor()
      await page.getByRole('button', { name: 'Edit' }).click()
      const payload = page.getByRole('textbox', { name: 'Repaired payload' })
      await payload.fill((await payload.inputValue()).replace('"131.25"', '131.25'))
      await page.getByText('Valid: trade.').waitFor()
      await page.getByText('/price becomes a number').waitFor()
      await page.getByRole('button', { name: 'Try on all' }).click()
      await page.getByText('10,000 would be published').waitFor()
      expect(reader.messages).toHaveLength(0)
      await page.getByRole('button', { name: 'Replay 10,000' }).click()
      await page.getByText('Replayed 10,000 messages.').waitFor()
      await page.getByText('Nothing of this cause is left.').waitFor()
      await expect.poll(() => reader.messages.length).toBe(10_000)
      expect(reader.messages.at(-1)).toEqual({ symbol: 'AMZN', price: 131.25, date: '2010-03-01' })
      expect(watched.faults.filter((fault) => !fault.includes('404'))).toEqual([])
    },
  )

  it('shows what another contract would break, loads it only when that is meant, and remembers the differences', async () => {
    await using own = await startMarket({ tradeEveryMs: 60_000 })
    await using watched = await openPage(browser, `${own.adminUrl}/#/contract`)
    const { page } = watched
    await page.getByText('Every trade of one company, in order.').waitFor()
    const document = await readFile(new URL('../../../examples/market/market.yaml', import.meta.url), 'utf8')
    await page.getByRole('button', { name: 'Load another version …' }).click()
    const dialog = page.getByRole('dialog')
    await dialog
      .getByRole('textbox')
      .fill(document.replace('address: /quotes', 'address: /offers').replace('version: 1.0.0', 'version: 2.0.0'))
    await dialog.getByRole('button', { name: 'Compare' }).click()
    await dialog.getByText('breaks', { exact: true }).first().waitFor()
    const load = dialog.getByRole('button', { name: 'Load it' })
    expect(await load.isDisabled()).toBe(true)
    await dialog.getByRole('checkbox').check()
    await load.click()
    await page.getByText(/Loaded the contract/).waitFor()
    await page.getByText('Market data 2.0.0').first().waitFor()
    await page.getByRole('tab', { name: 'Versions' }).click()
    const differences = page.getByRole('complementary', { name: 'Differences' })
    await differences.getByText('/quotes is /offers now').waitFor()
    await page.getByRole('table', { name: 'Versions' }).locator('[data-index="1"]').click()
    await differences.getByText('It was the first that was loaded.').waitFor()

    await page.getByRole('button', { name: 'Load another version …' }).click()
    await dialog.getByRole('textbox').fill('no contract: [')
    await dialog.getByRole('button', { name: 'Compare' }).click()
    expect(await dialog.getByRole('alert').textContent()).not.toBe('')
  })

  it('saves a snapshot that the page opens without any server, also from a file', async () => {
    await using watched = await open('#/settings')
    const { page } = watched
    await page.getByText('maxMessageBytes').waitFor()
    const downloading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save a snapshot' }).click()
    const path = await (await downloading).path()

    await using offline = await openPage(browser, new URL('../dist/page/index.html', import.meta.url).href)
    const alone = offline.page
    await alone.getByText('There is no server here.').waitFor()
    const choosing = alone.waitForEvent('filechooser')
    await alone.getByRole('button', { name: 'Open a snapshot' }).click()
    await (await choosing).setFiles({ name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from('{}') })
    await alone.getByText(/Expected a file with "format"/).waitFor()
    const again = alone.waitForEvent('filechooser')
    await alone.getByRole('button', { name: 'Open a snapshot' }).click()
    await (await again).setFiles({ name: 'snapshot.json', mimeType: 'application/json', buffer: await readFile(path) })
    await alone.getByText('Snapshot of Market data').waitFor()
    await alone.getByRole('link', { name: 'Quarantine' }).click()
    await alone.getByRole('link', { name: '/price: expected number' }).click()
    await alone.getByText('◂ expected number').waitFor()
    expect(await alone.getByRole('button', { name: 'Replay' }).count()).toBe(0)
    await alone.getByRole('link', { name: 'Messages' }).click()
    await alone.getByRole('link', { name: 'setAlert' }).click()
    await alone.getByText('/note', { exact: true }).first().waitFor()
    expect(offline.faults).toEqual([])
    expect(watched.faults).toEqual([])
  })

  it('can be walked with the keyboard: every stop is visible and shows its focus', async () => {
    await using watched = await open('#/connections')
    const { page } = watched
    await page.getByRole('table', { name: 'Connections' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await focusedText(page)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('content')
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab')
      const stop = String(await page.evaluate(DESCRIBE_FOCUS))
      if (stop === 'end') break
      expect(stop).not.toMatch(/unseen|no outline/)
    }
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  it('asks for the token where one is needed, and keeps it nowhere', async () => {
    await using own = await startMarket({ token: 'a-token-of-at-least-sixteen' })
    await using watched = await openPage(browser, `${own.adminUrl}/#/connections`)
    const { page } = watched
    await page.getByLabel('Admin token').fill('a-wrong-token-that-is-long')
    await page.getByRole('button', { name: 'Let me in' }).click()
    await page.getByRole('alert').getByText('The token was refused').waitFor()
    await page.getByLabel('Admin token').fill('a-token-of-at-least-sixteen')
    await page.getByRole('button', { name: 'Let me in' }).click()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.reload()
    await page.getByText('Live', { exact: true }).waitFor()
    expect(
      await page.evaluate('document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)'),
    ).not.toContain('sixteen')
  })
})

/** Each view, and what is there when it is complete. */
const VIEWS: readonly (readonly [hash: string, sign: string])[] = [
  ['#/', '.uplot'],
  ['#/channels?open=trades', 'text="/trades/AAPL"'],
  ['#/channels/trades', '[role=row][data-index="2"]'],
  ['#/channels/trades/%2Ftrades%2FAAPL?tab=history', '[role=row][data-index="2"]'],
  ['#/channels/trades?tab=publish', 'text=Fits the contract.'],
  ['#/channels/trades?tab=about', 'text=Slow readers'],
  ['#/messages', '[role=row][data-index="2"]'],
  ['#/messages/alerts/setAlert', '[role=row][data-index="2"]'],
  ['#/messages/alerts/setAlert?tab=schema', '.json'],
  ['#/connections', '[role=row][data-index="0"]'],
  ['#/quarantine', '[role=row][data-index="2"]'],
  ['#/contract', 'table.plain'],
  ['#/contract?tab=versions', '[role=row][data-index="0"]'],
  ['#/settings', '[role=row][data-index="2"]'],
  ['#/settings?tab=audit', '[role=table]'],
]

async function focusedText(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.textContent'))
}

function rowsWithout(page: Page, text: string): Promise<number> {
  return page.getByRole('table', { name: 'Messages' }).locator('[data-index]').filter({ hasNotText: text }).count()
}

const DESCRIBE_FOCUS = `(() => {
  const element = document.activeElement
  if (element === document.body) return 'end'
  const box = element.getBoundingClientRect()
  const isSeen = box.width > 0 && box.height > 0
  const { outlineStyle, outlineWidth } = getComputedStyle(element)
  const isOutlined = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0
  return element.tagName + ' ' + element.textContent.slice(0, 40) + (isSeen ? '' : ' unseen') + (isOutlined ? '' : ' no outline')
})()`
