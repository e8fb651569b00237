import type { Browser, ConsoleMessage, Page } from 'playwright-core'

/** A page of the server's own origin with the client in it, and what its console showed. */
export interface Tab {
  readonly page: Page
  /** Uncaught errors, and every line that code printed. */
  readonly faults: string[]
  /** Lines that Chromium printed of itself: connections that it could not have. No page can prevent them. */
  readonly networkLines: string[]
}

/** Opens a tab; `code` is the client as a script that sets `hydrantClient`. */
export async function openTab(browser: Browser, url: string, code: string): Promise<Tab> {
  const page = await (await browser.newContext()).newPage()
  const faults: string[] = []
  const networkLines: string[] = []
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (line) => void (isNetworkLine(line) ? networkLines : faults).push(line.text()))
  await page.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
  await page.goto(`${url}/-/live`)
  await page.evaluate(code.replace(/^(?:var|let|const) hydrantClient/, 'globalThis.hydrantClient'))
  return { page, faults, networkLines }
}

/** What code prints comes with its arguments; what the browser says of its network comes without. */
function isNetworkLine(line: ConsoleMessage): boolean {
  return (
    line.args().length === 0 &&
    line.type() === 'error' &&
    /^WebSocket connection to '.*' failed: |^Failed to load resource: net::ERR_/.test(line.text())
  )
}
