/** Writes docs/images/example-*.png. `npm run screenshots -w examples/site` */
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { openChat } from '../../chat/src/chat.ts'
import { openWindFarm } from '../../dashboard/src/wind-farm.ts'
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
}

for (const [name, scene] of Object.entries(scenes)) if (chosen.length === 0 || chosen.includes(name)) await scene()
await browser.close()
