import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'

/** False where there is no Chromium, which is printed; CI has to have one. */
export const hasChromium: boolean = existsSync(EXECUTABLE) || process.env['CI'] === 'true'
if (!hasChromium) console.warn(`skipped: no ${EXECUTABLE} (Debian package chromium)`)

/** A tab, and everything that its console showed: errors, warnings, uncaught exceptions, requests to elsewhere. */
export interface Tab {
  readonly page: Page
  readonly troubles: readonly string[]
}

/** Opens a browser for the tests of one file. Close it. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox', '--disable-gpu', '--no-first-run'] })
}

/** Opens a tab as another person would: nothing is shared with other tabs. */
export async function openTab(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const page = await (await browser.newContext({ viewport: { width: 960, height: 600 }, ...options })).newPage()
  page.setDefaultTimeout(30_000)
  const troubles: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text())
  })
  page.on('pageerror', (error) => troubles.push(String(error)))
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin)) troubles.push(`asked ${request.url()}`)
  })
  await page.goto(url)
  return { page, troubles }
}

/** Lines that Chromium itself prints when a connection cannot be had. No page can prevent them, and no code of a page is behind them. */
export function isNetworkLine(trouble: string): boolean {
  return /^WebSocket connection to '.*' failed: |^Failed to load resource: net::ERR_/.test(trouble)
}
