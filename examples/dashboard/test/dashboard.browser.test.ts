import { hasChromium, openBrowser, openTab } from '@hydrant/example-site/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWindFarm, type WindFarm } from '../src/wind-farm.ts'

describe.runIf(hasChromium)('the dashboard, in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  /** What the cards say: turbine, kilowatts, wind. */
  const shown = (page: Page): Promise<string[][]> =>
    page.evaluate(`[...document.querySelectorAll('#turbines li')].map((card) =>
      [card.dataset.id, ...[...card.querySelectorAll('output')].map(({ textContent }) => textContent)])`)
  const expected = ({ newest }: WindFarm): string[][] =>
    [...newest.values()].map(({ id, powerKw, windMs }) => [id, powerKw.toLocaleString('en'), windMs.toFixed(1)])
  const countOf = async (page: Page, id: 'sent' | 'published'): Promise<number> =>
    Number((await page.locator(`#${id}`).innerText()).replaceAll(',', ''))
  const published = (page: Page, count: number): Promise<unknown> =>
    page.waitForFunction(
      (least) => Number(document.getElementById('published')?.textContent.replaceAll(',', '')) >= least,
      count,
    )

  it('a quick, a slow and a stopped tab end with exactly the newest readings from a fraction of them', async () => {
    await using farm = await openWindFarm(0, 10)
    const [quick, slow, stopped] = await Promise.all([1, 2, 3].map(() => openTab(browser, farm.url)))
    const tabs = [quick!, slow!, stopped!]
    await Promise.all(tabs.map(({ page }) => page.locator('[data-id="T12"]').waitFor()))

    const debug = await stopped!.page.context().newCDPSession(stopped!.page)
    await debug.send('Debugger.enable')
    const paused = new Promise((resolve) => debug.once('Debugger.paused', resolve))
    await debug.send('Debugger.pause')
    await paused
    // A page that computes most of the time.
    await slow!.page.evaluate(`setInterval(() => { const end = Date.now() + 180; while (Date.now() < end); }, 200)`)
    await published(quick!.page, farm.published + 1_200)
    expect(await countOf(quick!.page, 'sent')).toBeLessThan((await countOf(quick!.page, 'published')) / 4)

    farm.stop()
    await debug.send('Debugger.resume')
    for (const { page, troubles } of tabs) {
      await published(page, farm.published)
      expect(await shown(page)).toEqual(expected(farm))
      expect(troubles).toEqual([])
    }

    // Who comes late gets one reading of each turbine.
    const late = await openTab(browser, farm.url)
    await published(late.page, farm.published)
    expect(await shown(late.page)).toEqual(expected(farm))
    expect(await countOf(late.page, 'sent')).toBe(12)
  })

  it('the rate can be changed while it runs', async () => {
    await using farm = await openWindFarm(0, 10)
    const { page, troubles } = await openTab(browser, farm.url)
    await published(page, 120)
    await page.getByLabel('Updates').selectOption('all of them')
    const [sent, from] = [await countOf(page, 'sent'), await countOf(page, 'published')]
    await published(page, from + 600)
    const ofAll = (await countOf(page, 'sent')) - sent
    await page.getByLabel('Updates').selectOption('once a second')
    farm.stop()
    await published(page, farm.published)
    expect(await shown(page)).toEqual(expected(farm))
    // At five a second it would have been 12 of every 240.
    expect(ofAll).toBeGreaterThan(300)
    expect(troubles).toEqual([])
  })
})
