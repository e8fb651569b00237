/** Writes docs/images/example-*.png. `npm run screenshots -w examples/site` */
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { openChat } from '../../chat/src/chat.ts'
import { openCursors } from '../../cursors/src/cursors.ts'
import { openWindFarm } from '../../dashboard/src/wind-farm.ts'
import { openParcels } from '../../notifications/src/parcels.ts'
import { openBrowser, openTab } from '../src/chromium.ts'

const browser = await openBrowser()
const chosen = process.argv.slice(2)

async function shoot(name: string, page: Page): Promise<void> {
  // Fonts, transitions and the last messages have settled.
  await page.waitForTimeout(500)
  await page.screenshot({ path: fileURLToPath(new URL(`../../../docs/images/example-${name}.png`, import.meta.url)) })
}

const scenes: Readonly<Record<string, () => Promise<void>>> = {
  async chat() {
    await using site = await openChat(0)
    const enter = async (name: string, colorScheme: 'light' | 'dark'): Promise<Page> => {
      const { page } = await openTab(browser, site.url, { colorScheme })
      await page.getByLabel('Your name').fill(name)
      await page.getByRole('button', { name: 'Enter' }).click()
      return page
    }
    const [ann, bob] = [await enter('Ann', 'light'), await enter('Bob', 'dark')]
    await enter('Cem', 'dark')
    const say = async (page: Page, text: string): Promise<void> => {
      await page.getByLabel('Say something').fill(text)
      await page.getByLabel('Say something').press('Enter')
      await page.locator('.log').getByText(text).waitFor()
    }
    await say(ann, 'Is the train to Bergen on time?')
    await say(bob, 'Ten minutes late, they say.')
    await say(ann, 'Good, I am still at the bakery. Anything for you?')
    await say(bob, 'A cinnamon roll. Two, if they are warm.')
    await shoot('chat', ann)
  },
  async dashboard() {
    await using site = await openWindFarm(0)
    const { page } = await openTab(browser, site.url, { colorScheme: 'dark' })
    await page.waitForTimeout(4_000)
    await shoot('dashboard', page)
  },
  async cursors() {
    await using site = await openCursors(0)
    const places = [
      [0.5, 0.5],
      [0.22, 0.35],
      [0.67, 0.28],
      [0.41, 0.72],
      [0.8, 0.66],
    ] as const
    const pages: Page[] = []
    for (const [x, y] of places) {
      const { page } = await openTab(browser, site.url, { colorScheme: 'light' })
      await page.locator('#people li').first().waitFor()
      await page.mouse.move(x * 960, y * 600)
      pages.push(page)
    }
    await pages[0]!.locator('.cursor:not([hidden])').nth(3).waitFor()
    await shoot('cursors', pages[0]!)
  },
  async notifications() {
    await using site = await openParcels(0)
    const [ann, ben] = [
      (await openTab(browser, site.url, { colorScheme: 'dark' })).page,
      (await openTab(browser, site.url)).page,
    ]
    for (const [page, name] of [
      [ann, 'Ann'],
      [ben, 'Ben'],
    ] as const) {
      await page.getByRole('button', { name }).click()
    }
    const send = async (page: Page, to: string, what: string): Promise<void> => {
      await page.getByLabel('To').selectOption(to)
      await page.getByLabel('What').fill(what)
      await page.getByRole('button', { name: 'Send' }).click()
      await page.getByText('Accepted').waitFor()
    }
    await send(ben, 'ann', 'a book about otters')
    await send(ann, 'ben', 'a jar of honey')
    await ann.getByRole('button', { name: 'Mark all as read' }).click()
    await ann.locator('#unread').waitFor({ state: 'hidden' })
    await send(ben, 'ann', 'the jar, empty')
    await send(ben, 'ann', 'a lamp')
    await shoot('notifications', ann)
  },
}

for (const [name, scene] of Object.entries(scenes)) if (chosen.length === 0 || chosen.includes(name)) await scene()
await browser.close()
