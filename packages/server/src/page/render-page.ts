import type { Contract } from '@hydrant/contract'

import { anchorsOf } from './anchors.ts'
import { channelSection } from './channel-section.ts'
import { html } from './html.ts'
import { iconShape } from './icon.ts'
import { navigation } from './navigation.ts'
import { overview } from './overview.ts'

/** The page's Content-Security-Policy: its own files, connections to its own server, nothing inline and nobody else. */
export const PAGE_CSP: string = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/**
 * The API's page: one whole HTML document made of the contract alone, the same for everybody, so it can be kept as long
 * as the contract. Everything that the document says is escaped. It asks only for what `pageAssets` holds.
 */
export function renderPage(contract: Contract): string {
  const anchors = anchorsOf(contract)
  const { title, version } = contract.info
  return `<!doctype html>\n${html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>${title} ${version}</title>
      <link rel="icon" href="/-/docs/icon.svg" type="image/svg+xml" />
      <link rel="stylesheet" href="/-/docs/page.css" />
      <script src="/-/docs/theme.js"></script>
      <script type="module" src="/-/docs/page.js"></script>
    </head>
    <body>
      <a class="skip" href="#content">Skip to the content</a>
      <header class="top">
        <button type="button" class="menu" popovertarget="navigation">Contents</button>
        <a class="brand" href="#overview"
          ><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" fill="currentColor">${iconShape}</svg
          ><span>${title}</span></a
        >
        <span class="top-links"
          ><a href="/-/asyncapi.json">asyncapi.json</a> <a href="/-/asyncapi.yaml">asyncapi.yaml</a></span
        >
        <button type="button" class="theme" data-theme-toggle hidden>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M10 3a7 7 0 0 1 0 14Z" fill="currentColor" />
          </svg>
        </button>
      </header>
      <div class="page">
        ${navigation(contract, anchors)}
        <main id="content" tabindex="-1">
          ${overview(contract)} ${contract.channels.map((channel) => channelSection(channel, contract, anchors))}
          <footer>
            <p>Made from the <a href="/-/asyncapi.yaml">AsyncAPI contract</a> of this API by Hydrant.</p>
          </footer>
        </main>
      </div>
      <p class="hidden" role="status" data-announcer></p>
    </body>
  </html>`.toString()}\n`
}
