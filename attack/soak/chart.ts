import { writeFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Sample, Slope } from './slope.ts'
import type { SoakResult } from './soak.ts'

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [960, 420, 64, 56, 24, 48]

/** Draws the memory of a soak as PNG, through Chromium; writes the SVG beside it when there is none. */
export async function drawChart(result: SoakResult, path: string): Promise<void> {
  const svg = chart(result)
  try {
    const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' })
    const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT }, deviceScaleFactor: 2 })
    await page.setContent(`<body style="margin:0">${svg}</body>`)
    await page.screenshot({ path })
    await browser.close()
  } catch (error) {
    process.stderr.write(
      `soak: no PNG without Chromium (${error instanceof Error ? error.message.split('\n')[0] : String(error)}); SVG instead\n`,
    )
    writeFileSync(path.replace(/\.png$/, '.svg'), svg)
  }
}

function chart({ rss, heap, held, outside, slopes, minutes, connections, warmUpSeconds }: SoakResult): string {
  const end = Math.max(warmUpSeconds + minutes * 60, rss.at(-1)?.seconds ?? 0)
  const top = Math.ceil((Math.max(...rss.map(({ value }) => value)) * 1.1) / 50) * 50
  const x = (seconds: number): number => LEFT + (seconds / end) * (WIDTH - LEFT - RIGHT)
  const y = (mib: number): number => HEIGHT - BOTTOM - (mib / top) * (HEIGHT - TOP - BOTTOM)
  const path = (samples: readonly Sample[]): string =>
    samples
      .map(({ seconds, value }, i) => `${i === 0 ? 'M' : 'L'}${x(seconds).toFixed(1)} ${y(value).toFixed(1)}`)
      .join('')
  const fit = ({ mean, perMinute }: Slope): string => {
    const middle = (warmUpSeconds + end) / 2
    const at = (seconds: number): number => mean + (perMinute * (seconds - middle)) / 60
    return `M${x(warmUpSeconds)} ${y(at(warmUpSeconds))}L${x(end)} ${y(at(end))}`
  }
  const told = ({ perMinute, errorPerMinute }: Slope): string =>
    `${perMinute.toFixed(3)} ± ${(2 * errorPerMinute).toFixed(3)} MiB/min`
  const rows = Array.from({ length: top / 50 + 1 }, (_, i) => i * 50).filter((mib) => top <= 500 || mib % 100 === 0)
  const columns = Array.from({ length: Math.floor(end / 60) + 1 }, (_, i) => i)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="24" font-size="15" font-weight="600">Memory of the server: ${connections.toLocaleString('en')} connections, a tenth of them hostile, 10% replaced each minute</text>
<rect x="${LEFT}" y="${TOP}" width="${x(warmUpSeconds) - LEFT}" height="${HEIGHT - TOP - BOTTOM}" fill="#f3f3f3"/>
<text x="${LEFT + 6}" y="${TOP + 14}" fill="#777">warm-up</text>
${rows.map((mib) => `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(mib)}" y2="${y(mib)}" stroke="#ddd"/><text x="${LEFT - 8}" y="${y(mib) + 4}" text-anchor="end">${mib}</text>`).join('\n')}
${columns.map((minute) => `<text x="${x(minute * 60)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${minute}</text>`).join('\n')}
<text x="${(WIDTH + LEFT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">minutes</text>
<text x="16" y="${(HEIGHT + TOP) / 2}" transform="rotate(-90 16 ${(HEIGHT + TOP) / 2})" text-anchor="middle">MiB</text>
<path d="${path(rss)}" fill="none" stroke="#1f6feb"/>
<path d="${path(heap)}" fill="none" stroke="#b58900" stroke-opacity=".55"/>
<path d="${path(held)}" fill="none" stroke="#1a7f37" stroke-width="1.6"/>
<path d="${path(outside)}" fill="none" stroke="#8250df"/>
<path d="${fit(slopes.outside)}" stroke="#8250df" stroke-dasharray="6 4" stroke-width="1.5"/>
<path d="${fit(slopes.held)}" stroke="#1a7f37" stroke-dasharray="6 4" stroke-width="1.5"/>
<text x="${LEFT}" y="44"><tspan fill="#1f6feb">■ resident</tspan><tspan dx="14" fill="#8250df">■ outside V8's heap, slope ${told(slopes.outside)}</tspan><tspan dx="14" fill="#b58900">■ heap and buffers, with garbage</tspan><tspan dx="14" fill="#1a7f37">■ held after a collection, slope ${told(slopes.held)}</tspan></text>
</svg>`
}
