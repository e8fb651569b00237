import { connect } from '@hydrant/client'
import { hasChromium, openBrowser, openTab } from '@hydrant/example-site/chromium'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openParcels } from '../src/parcels.ts'

describe.runIf(hasChromium)('the notifications, in Chromium', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  async function signIn(page: Page, name: string): Promise<void> {
    await page.getByRole('button', { name }).click()
    await page.getByText('Live').waitFor()
  }
  async function send(page: Page, to: string, what: string): Promise<void> {
    await page.getByLabel('To').selectOption(to)
    await page.getByLabel('What').fill(what)
    await page.getByRole('button', { name: 'Send' }).click()
  }
  /** What a tab lists, newest first, without the times. */
  const told = (page: Page): Promise<(string | undefined)[]> =>
    page
      .locator('#notifications li')
      .evaluateAll((items) => items.map((item) => item.firstChild?.textContent ?? undefined))
  const unread = (page: Page, count: number): Promise<void> =>
    count === 0
      ? page.locator('#unread').waitFor({ state: 'hidden' })
      : page.locator('#unread', { hasText: new RegExp(`^${count}$`) }).waitFor()

  it('each sees their own, in all their tabs, also after a reload; what was read in one is read in all', async () => {
    await using site = await openParcels(0)
    const [ann, annToo, ben] = await Promise.all([1, 2, 3].map(() => openTab(browser, site.url)))
    const tabs = [ann!, annToo!, ben!]
    await Promise.all([signIn(ann!.page, 'Ann'), signIn(annToo!.page, 'Ann'), signIn(ben!.page, 'Ben')])

    await send(ben!.page, 'ann', 'a book')
    await ben!.page.getByText('Accepted: parcel 1.').waitFor()
    await send(ben!.page, 'ann', 'a lamp')
    for (const { page } of [ann!, annToo!]) {
      await unread(page, 2)
      expect(await told(page)).toEqual(['Ben sends you a lamp.', 'Ben sends you a book.'])
    }
    await unread(ben!.page, 2)
    expect(await told(ben!.page)).toEqual(['Parcel 2 is on its way to Ann.', 'Parcel 1 is on its way to Ann.'])

    await ann!.page.getByRole('button', { name: 'Mark all as read' }).click()
    await Promise.all([unread(ann!.page, 0), unread(annToo!.page, 0)])
    await send(annToo!.page, 'ben', 'thanks')
    await Promise.all([unread(ann!.page, 1), unread(ben!.page, 3)])
    await ann!.page.reload()
    await unread(ann!.page, 1)
    expect(await told(ann!.page)).toEqual([
      'Parcel 3 is on its way to Ben.',
      'Ben sends you a lamp.',
      'Ben sends you a book.',
    ])
    expect(tabs.map(({ troubles }) => troubles)).toEqual([[], [], []])
  })

  it('a login that ends is renewed without a new connection', async () => {
    await using site = await openParcels(0, 3)
    const { page, troubles } = await openTab(browser, site.url)
    let sockets = 0
    page.on('websocket', () => sockets++)
    await signIn(page, 'Ann')
    // After three renewals the first one has ended.
    for (let renewals = 0; renewals < 3; renewals++) await page.waitForResponse(`${site.url}login`)
    await site.api.publish('/users/ann/notifications', { text: 'Still here.' })
    await unread(page, 1)
    expect([sockets, troubles]).toEqual([1, []])
  })
})

describe('the contract’s rules', () => {
  it('nobody reads, marks or sends what is somebody else’s, and nobody but the application notifies', async () => {
    await using site = await openParcels(0)
    const login = (user: string): Promise<Response> => fetch(`${site.url}login`, { method: 'POST', body: user })
    expect((await login('eve')).status).toBe(401)
    const token = await (await login('ann')).text()
    await using api = connect(site.url, { token })
    // Told by the subscription as well.
    api.on('error', () => {})
    const refusal = (promise: Promise<unknown>): Promise<unknown> =>
      promise.then(
        () => 'allowed',
        ({ code }: { code: string }) => code,
      )
    const of = (id: string, what: string) => api.channel(`/users/${id}/${what}`)
    expect(await refusal(of('ann', 'notifications').subscribe(() => {}).ready)).toBe('allowed')
    expect(await refusal(of('ben', 'notifications').subscribe(() => {}).ready)).toBe('forbidden')
    expect(await refusal(of('ben', 'seen').publish({ upTo: 'x:1' }))).toBe('forbidden')
    expect(await refusal(of('ben', 'parcels').request({ to: 'ann', what: 'a fake' }))).toBe('forbidden')
    expect(await refusal(of('ann', 'notifications').publish({ text: 'You have won.' }))).toBe('forbidden')
    expect((await fetch(`${site.url}users/ann/notifications`)).status).toBe(401)
    const withToken = { headers: { Authorization: `Bearer ${token}` } }
    expect((await fetch(`${site.url}users/ann/notifications`, withToken)).status).toBe(200)
    expect((await fetch(`${site.url}users/ben/notifications`, withToken)).status).toBe(403)
  })
})
