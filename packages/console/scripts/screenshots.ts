/** Takes each view of the console of the market example, light and dark, into docs/images/console. Takes about two minutes: charts need something to show, for `WARM_UP_SECONDS` (70). */
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { connect } from '@hydrant/client'
import type { Page } from 'playwright-core'
import { launch } from '@hydrant/testkit/chromium'
import { startMarket } from '../test/market-server.ts'

const folder = new URL('../../../docs/images/console/', import.meta.url)
const WARM_UP_MS = Number(process.env['WARM_UP_SECONDS'] ?? 70) * 1_000
const MAX_BYTES = 150 * 1024

interface View {
  readonly name: string
  readonly hash: string
  /** What has to be there, and what is done, before the picture is taken. */
  readonly prepare: (page: Page) => Promise<void>
  /** Pixels; default 720. */
  readonly height?: number
}

const rows = (count: number) => (page: Page) =>
  page
    .locator(`[data-index="${count - 1}"]`)
    .first()
    .waitFor()

const views: readonly View[] = [
  { name: 'overview', hash: '#/', prepare: (page) => page.locator('.uplot').first().waitFor() },
  { name: 'channels', hash: '#/channels?open=trades', prepare: rows(6) },
  {
    name: 'tail',
    hash: '#/channels/trades',
    async prepare(page) {
      await page.locator('[data-index="15"]').waitFor()
      await page.getByRole('button', { name: 'Pause' }).click()
      await page.locator('[data-index="2"]').click()
      await page.getByRole('complementary', { name: 'Message' }).waitFor()
    },
  },
  {
    name: 'publish',
    hash: '#/channels/trades?tab=publish',
    async prepare(page) {
      await page.getByRole('textbox', { name: 'price' }).fill('-1')
      await page.getByText('Expected more than 0').waitFor()
    },
  },
  { name: 'messages', hash: '#/messages', prepare: rows(3) },
  { name: 'message', hash: '#/messages/alerts/setAlert', prepare: rows(3) },
  { name: 'connections', hash: '#/connections', prepare: rows(5) },
  { name: 'trace', hash: '#/connections/c1?tab=trace', prepare: rows(10) },
  { name: 'quarantine', hash: '#/quarantine', prepare: rows(4) },
  {
    name: 'repair',
    height: 560,
    hash: '#/quarantine?search=expected%20number',
    async prepare(page) {
      await page.getByRole('link', { name: '/price: expected number' }).click()
      await page.getByRole('button', { name: 'Try on all' }).click()
      await page.getByText('would be published').waitFor()
    },
  },
  { name: 'contract', hash: '#/contract', prepare: (page) => page.locator('table.plain').first().waitFor() },
  { name: 'settings', hash: '#/settings', prepare: rows(5) },
]

mkdirSync(folder, { recursive: true })
await using market = await startMarket({ tradeEveryMs: 40 })
await using first = connect(market.url)
for (const symbol of ['AAPL', 'IBM', 'MSFT']) first.channel('/trades/{symbol}', { symbol }).subscribe(() => {})
first.channel('/quotes').subscribe(() => {})
await using second = connect(market.url)
second.channel('/quotes').subscribe(() => {}, { rate: 2, conflate: 'symbol' })
for (const address of ['/trades/AAPL', '/trades/GOOG', '/alerts']) await market.follow(address)
const browser = await launch()
const page = await browser.newPage({ viewport: { width: 1280, height: 720 } })
await page.goto(`${market.adminUrl}/#/`)
const ends = Date.now() + WARM_UP_MS
while (Date.now() < ends) {
  await market.chaos()
  await page.waitForTimeout(4_000)
}
for (const { name, hash, prepare, height = 720 } of views) {
  await page.setViewportSize({ width: 1280, height })
  await page.goto(`${market.adminUrl}/${hash}`)
  await prepare(page)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    // Charts are painted anew, and toasts are gone.
    await page.waitForTimeout(500)
    const path = fileURLToPath(new URL(`${name}-${colorScheme}.png`, folder))
    const image = recompress(await page.screenshot())
    writeFileSync(path, image)
    const size = image.length
    console.log(`${path} ${Math.round(size / 1024)} KiB`)
    if (size > MAX_BYTES) throw new Error(`${path} is larger than ${MAX_BYTES} bytes`)
  }
}
await browser.close()

/** The same picture in fewer bytes: the browser packs quickly, this packs well. */
function recompress(png: Buffer): Buffer {
  const kept: Buffer[] = [png.subarray(0, 8)]
  const packed: Buffer[] = []
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    const data = png.subarray(at + 8, at + 8 + length)
    if (type === 'IDAT') packed.push(data)
    else if (type === 'IEND')
      kept.push(chunk('IDAT', deflateSync(inflateSync(Buffer.concat(packed)), { level: 9 })), chunk(type, data))
    else kept.push(chunk(type, data))
    at += length + 12
  }
  return Buffer.concat(kept)
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const head = Buffer.alloc(4)
  const tail = Buffer.alloc(4)
  head.writeUInt32BE(data.length)
  tail.writeUInt32BE(crc32(body))
  return Buffer.concat([head, body, tail])
}
