import { openCable } from '@hydrant/example-site/cable'
import { hasChromium, isNetworkLine, openBrowser, openTab } from '@hydrant/example-site/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openChat } from '../src/chat.ts'

describe.runIf(hasChromium)('the chat, in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  async function enter(page: Page, name: string): Promise<void> {
    await page.getByLabel('Your name').fill(name)
    await page.getByRole('button', { name: 'Enter' }).click()
    await people(page).getByText(name).waitFor()
  }
  async function say(page: Page, ...texts: readonly string[]): Promise<void> {
    const line = page.getByLabel('Say something')
    for (const text of texts) {
      await line.fill(text)
      await line.press('Enter')
    }
  }
  const people = (page: Page) => page.getByRole('list', { name: 'Who is here' })
  const said = (page: Page) => page.locator('.log li:not([data-note="waiting"]) .text')
  /** What a tab shows, once it shows as many messages. */
  async function shows(page: Page, count: number): Promise<string[]> {
    await said(page)
      .nth(count - 1)
      .waitFor()
    return said(page).allInnerTexts()
  }

  it('two people see the same, in the same order; who comes later sees what was said; who leaves is gone', async () => {
    await using chat = await openChat(0)
    const ann = await openTab(browser, chat.url)
    await enter(ann.page, 'Ann')
    await say(ann.page, 'one', 'two', 'three')
    expect(await shows(ann.page, 3)).toEqual(['one', 'two', 'three'])

    const bob = await openTab(browser, chat.url)
    await enter(bob.page, 'Bob')
    expect(await shows(bob.page, 3)).toEqual(['one', 'two', 'three'])
    await ann.page.getByText('Bob joined').waitFor()
    expect(await people(bob.page).getByRole('listitem').allInnerTexts()).toEqual(['Ann', 'Bob'])

    await Promise.all([say(ann.page, 'a1', 'a2', 'a3'), say(bob.page, 'b1', 'b2', 'b3')])
    const atAnn = await shows(ann.page, 9)
    expect(await shows(bob.page, 9)).toEqual(atAnn)
    expect(atAnn.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
    expect(atAnn.filter((text) => text.startsWith('b'))).toEqual(['b1', 'b2', 'b3'])

    await bob.page.getByRole('button', { name: '#music' }).click()
    await ann.page.getByText('Bob left').waitFor()
    expect(await said(bob.page).count()).toBe(0)
    await bob.page.getByRole('button', { name: '#lobby' }).click()
    expect(await shows(bob.page, 9)).toEqual(atAnn)
    await people(ann.page).getByText('Bob').waitFor()
    await bob.page.close()
    await people(ann.page).getByText('Bob').waitFor({ state: 'detached' })
    expect([ann.troubles, bob.troubles]).toEqual([[], []])
  })

  it('what is written offline waits, and is said once, in order, when the network is back', async () => {
    await using chat = await openChat(0)
    await using cable = await openCable(chat.url)
    const ann = await openTab(browser, cable.url)
    const bob = await openTab(browser, chat.url)
    await enter(ann.page, 'Ann')
    await enter(bob.page, 'Bob')
    await say(ann.page, 'before')
    await shows(bob.page, 1)

    await ann.page.context().setOffline(true)
    cable.unplug()
    await ann.page.getByText('Offline').waitFor()
    await people(bob.page).getByText('Ann').waitFor({ state: 'detached' })
    await say(ann.page, 'from the tunnel', 'still there')
    await say(bob.page, 'where is Ann?')
    await ann.page.locator('[data-note="waiting"]').nth(1).waitFor()
    expect(await shows(bob.page, 2)).toEqual(['before', 'where is Ann?'])

    cable.plugIn()
    await ann.page.context().setOffline(false)
    const all = ['before', 'where is Ann?', 'from the tunnel', 'still there']
    expect(await shows(bob.page, 4)).toEqual(all)
    expect(await shows(ann.page, 4)).toEqual(all)
    await people(bob.page).getByText('Ann').waitFor()
    expect(await ann.page.locator('[data-note="waiting"], [role=alert]').count()).toBe(0)
    expect([ann.troubles.filter((trouble) => !isNetworkLine(trouble)), bob.troubles]).toEqual([[], []])
  })
})
