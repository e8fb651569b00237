import { existsSync } from 'node:fs'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

/** Where Debian puts it. */
const executablePath = '/usr/bin/chromium'

/** Whether tests in a browser are left out, which is printed; never under CI, where they then fail. */
export const isMissing: boolean = !existsSync(executablePath) && process.env['CI'] !== 'true'
if (isMissing) console.warn(`skipped: there is no ${executablePath} (Debian package chromium)`)

/** Debian's own; nothing is downloaded. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page whose faults are written down. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page
  /** Errors and warnings of its console, uncaught errors, dialogs, and requests to anybody but its server. */
  readonly faults: readonly string[]
}

/** Opens `url` and keeps what goes wrong in the page. Faults of a lost connection are no faults of the page. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const faults: string[] = []
  page.on('console', (message) => {
    const isFault = message.type() === 'error' || message.type() === 'warning'
    if (isFault && !/ERR_CONNECTION|ERR_INCOMPLETE_CHUNKED|WebSocket connection to/.test(message.text()))
      faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const { origin } = new URL(url)
  page.on('request', (request) => {
    const asked = new URL(request.url())
    const isOwn = asked.origin === origin || ['data:', 'blob:', 'file:'].includes(asked.protocol)
    if (!isOwn) faults.push(`asked ${request.url()}`)
  })
  await page.goto(url)
  return { page, faults, [Symbol.asyncDispose]: () => context.close() }
}

/** What axe finds that is serious or critical, readable. */
export async function seriousViolations(page: Page, axeSource: string): Promise<readonly string[]> {
  // Not a script element: the page's policy allows none but its own.
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate<AxeResults>('axe.run({ resultTypes: ["violations"] })')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    )
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string
    readonly impact: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
  }[]
}
