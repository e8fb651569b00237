import { describe, expect, it } from 'vitest'

import { channelPlace } from '../../src/page/anchors.ts'
import { PAGE_CSP, renderPage } from '../../src/page/render-page.ts'
import { pageAssets } from '../../src/page/assets.ts'
import { contractOf, marketContract, marketDocument } from './market-contract.ts'

const page = renderPage(marketContract())

describe('what the contract says is on the page', () => {
  it('names the API, its version, its publisher and its servers', () => {
    expect(page).toContain('<h1 id="overview-title">Market data</h1>')
    expect(page).toContain('Version 2.4.0')
    expect(page).toContain('<strong>live</strong>')
    expect(page).toContain('<a href="https://example.com/handbook" rel="noopener noreferrer">the handbook</a>')
    expect(page).toContain('wss://stream.example.com/v2')
    expect(page).toMatch(/<a href="https:\/\/example\.com\/" rel="noopener noreferrer">API team<\/a>/)
  })

  it('gives each channel a place, with its address, kind and key', () => {
    expect(section('/trades')).toContain('data-address="/trades/{symbol}"')
    expect(section('/trades')).toContain('<b>Stream</b>')
    expect(section('/quotes')).toMatch(/<b>State<\/b>\s*by\s*<code>symbol<\/code>/)
    expect(page).toContain('href="#/quotes"')
  })

  it('says who sends what, from the side of the client that reads it', () => {
    const orders = section('/orders')
    expect(textOf(orders)).toContain('You receive orderUpdate')
    expect(textOf(orders)).toContain('You send placeOrder')
    expect(orders).toMatch(/data-direction="receive"[\s\S]*id="message-orders-orderUpdate"/)
    expect(orders).toMatch(/data-direction="send"[\s\S]*id="message-orders-placeOrder"/)
  })

  it('turns the directions around for a document that describes the client', () => {
    const contract = contractOf(marketDocument)
    const client = { ...contract, perspective: 'client' as const }
    // Only the words of the operations depend on the perspective here; the message sets are the contract's own.
    expect(textOf(renderPage(client))).toContain('onOrder ↓ You receive placeOrder → answer with orderUpdate')
    expect(textOf(page)).toContain('onOrder ↑ You send placeOrder → answered with orderUpdate')
  })

  it('offers the values of a parameter, with the default chosen', () => {
    expect(section('/trades')).toMatch(
      /<select[^>]*data-parameter="symbol"[^>]*>\s*<option>AAPL<\/option><option selected>MSFT<\/option>/,
    )
    expect(section('/orders')).toMatch(/<input[^>]*data-parameter="account"[^>]*value="A-1042"/)
    expect(section('/trades')).toContain('data-query="venue"')
  })

  it('shows schemas with type, requirement, format, limits, values and description', () => {
    const trade = textOf(section('/trades'))
    expect(trade).toContain('price number required US dollars a share. > 0')
    expect(trade).toContain('side string required one of "buy" "sell"')
    expect(trade).toContain('time string (date-time) or null')
    expect(textOf(section('/quotes'))).toContain('≥ 0 ≤ 1,000,000')
    expect(textOf(section('/orders'))).toContain('One of at: "market" object')
  })

  it('shows the document’s examples, and says of a generated one that it is', () => {
    expect(textOf(section('/trades'))).toContain('ordinary An ordinary trade.')
    expect(section('/trades')).not.toContain('Generated example')
    expect(textOf(section('/orders'))).toContain(
      'Generated example The contract has no example; this one was made from the schema, and fits it.',
    )
  })

  it('says of an example that its own schema refuses that it is not valid', () => {
    const document = JSON.parse(JSON.stringify(marketDocument).replace('"price":187.23', '"price":"free"')) as object
    const broken = contractOf(document)
    expect(textOf(renderPage(broken))).toContain('this example does not fit its own schema')
  })

  it('has lines to copy for curl, websocat and JavaScript', () => {
    const orders = textOf(section('/orders'))
    expect(orders).toContain("curl 'http://localhost:8080/orders/{account}'")
    expect(orders).toContain("curl -N -H 'Accept: text/event-stream'")
    expect(orders).toContain("websocat 'ws://localhost:8080/orders/{account}'")
    expect(orders).toContain("url.searchParams.set('since', position)")
    expect(orders).toContain('new EventSource(')
    expect(orders).toContain('socket.send(JSON.stringify(')
  })

  it('shows security schemes and which operation needs them', () => {
    expect(textOf(page)).toContain('token HTTP authentication scheme bearer')
    expect(textOf(section('/orders'))).toContain('Needs token')
  })

  it('links to the contract in both forms', () => {
    expect(page).toContain('href="/-/asyncapi.json"')
    expect(page).toContain('href="/-/asyncapi.yaml"')
  })

  it('keeps places apart whose names differ only in characters that an id cannot have', () => {
    const messages = { 'm m': { payload: {} }, 'm-m': { payload: {} } }
    const html = renderPage(
      contractOf({
        asyncapi: '3.0.0',
        info: { title: 'T', version: '1' },
        channels: { 'a b': { address: '/1', messages }, 'a-b': { address: '/2', messages } },
      }),
    )
    for (const id of ['/a-b', '/a-b-2', 'message-a-b-m-m', 'message-a-b-m-m-2', 'message-a-b-m-m-3']) {
      expect(html.split(`id="${id}"`)).toHaveLength(2)
    }
  })

  it('leads from a concrete address to the channel with its values', () => {
    const contract = marketContract()
    const [trades] = contract.channels
    expect(channelPlace(contract, trades!, { symbol: 'AAPL' })).toBe('/-/docs?symbol=AAPL#/trades')
    expect(page).toContain('id="/trades"')
  })
})

describe('[D14] what the document says stays text', () => {
  const script = '<script>alert(1)</script><img src=x onerror=alert(2)>'
  const breakout = `"><svg onload=alert(3)>'`
  const evil = contractOf({
    asyncapi: '3.0.0',
    info: {
      title: script,
      version: breakout,
      description: `${script}\n\n[click](javascript:alert(4)) ![pixel](https://evil.test/pixel.png)\n\n# Heading\n\n\`\`\`\n${script}\n\`\`\``,
      contact: { name: script, url: 'javascript:alert(5)' },
    },
    servers: { [breakout]: { host: script, protocol: breakout, description: script } },
    channels: {
      [`${script}${breakout}`]: {
        address: `/a'/${script}`,
        title: script,
        description: script,
        parameters: {},
        messages: {
          [breakout]: {
            name: `${script}${breakout}`,
            title: script,
            contentType: 'application/json',
            payload: {
              type: 'object',
              description: script,
              properties: {
                [script]: { type: 'string', enum: [script, breakout], description: breakout, title: script },
              },
            },
            examples: [{ name: script, payload: { [script]: breakout } }],
          },
        },
      },
    },
    components: { securitySchemes: { [script]: { type: 'http', scheme: breakout, description: script } } },
  })
  const html = renderPage(evil)

  it('renders no element and no handler of the document', () => {
    expect(html).not.toMatch(/<script>alert|<img|<svg onload|href="javascript/)
    expect([...html.matchAll(/<script\b[^>]*>/g)].map(String)).toEqual([
      '<script src="/-/docs/theme.js">',
      '<script type="module" src="/-/docs/page.js">',
    ])
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  })

  it('has no link to anything but the web, mail, the page and the contract', () => {
    const links = [...html.matchAll(/\shref="([^"]*)"/g)].map((match) => match[1]!)
    expect(links.length).toBeGreaterThan(5)
    for (const link of links) expect(link).toMatch(/^(?:#|\/-\/|https?:|mailto:)/)
  })

  it('keeps every attribute value inside its quotes', () => {
    // Tags of the page, with values taken out: what is left of a breakout would be an attribute that we never write.
    const names = new Set<string>()
    for (const [tag] of html.matchAll(/<[a-z][^<>]*>/gi)) {
      for (const [, name] of tag.replaceAll(/"[^"]*"/g, '""').matchAll(/\s([\w-]+)/g)) names.add(name!)
    }
    expect([...names].filter((name) => name.startsWith('on') || name === 'style')).toEqual([])
  })

  it('does not let a payload out of its shell word', () => {
    expect(textOf(html)).toContain(String.raw`"\"><svg onload=alert(3)>'\''"`)
  })

  it('makes an id of a channel’s name that is one word', () => {
    for (const [, id] of html.matchAll(/\sid="([^"]*)"/g)) expect(id).toMatch(/^\S+$/)
  })
})

describe('a page for a strict Content-Security-Policy', () => {
  it('has nothing inline and asks only for its own assets', () => {
    expect(page).not.toMatch(/\sstyle=|<style|\son[a-z]+=/)
    const asked = [...page.matchAll(/<(?:script|link)[^>]*(?:src|href)="([^"]*)"/g)].map((match) => match[1]!)
    expect(asked.length).toBeGreaterThanOrEqual(4)
    expect(asked.filter((path) => !pageAssets.has(path))).toEqual([])
  })

  it('allows nothing but its own server', () => {
    expect(PAGE_CSP).toContain("default-src 'none'")
    expect(PAGE_CSP).toContain("script-src 'self'")
    expect(PAGE_CSP).toContain("connect-src 'self'")
    expect(PAGE_CSP).not.toMatch(/unsafe|\*|https?:/)
  })

  it('has ids that are unique, and links that lead to one', () => {
    const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]!)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(decodeURI(target!))
    for (const [, target] of page.matchAll(/(?:for|list|aria-labelledby|popovertarget)="([^"]+)"/g))
      expect(ids).toContain(target)
  })
})

describe('the page’s assets', () => {
  it('are all there, each with its type', () => {
    expect([...pageAssets.keys()]).toEqual(
      expect.arrayContaining(['/-/docs/page.css', '/-/docs/page.js', '/-/docs/theme.js', '/-/docs/icon.svg']),
    )
    for (const { body, contentType } of pageAssets.values()) {
      expect(body.length).toBeGreaterThan(50)
      expect(contentType).toMatch(/^(?:text\/(?:css|javascript); charset=utf-8|image\/svg\+xml)$/)
    }
  })

  it('are scripts that a browser reads: no types, and imports of what is there', () => {
    for (const { body } of pageAssets.values()) {
      const imported = [...body.matchAll(/from '\.\/([^']+)'/g)].map((match) => `/-/docs/${match[1]}`)
      expect(imported.filter((path) => !pageAssets.has(path))).toEqual([])
      expect(body).not.toMatch(/^import type|^interface |\.ts'/m)
    }
  })

  it('name no other host', () => {
    const hosts = [...pageAssets.values()].flatMap(({ body }) =>
      [...body.matchAll(/https?:\/\/[^\s"'`)]+/g)].map(String),
    )
    expect(hosts.filter((url) => url !== 'http://www.w3.org/2000/svg')).toEqual([])
  })
})

function section(id: string, html: string = page): string {
  const start = html.indexOf(`id="${id}"`)
  const end = html.indexOf('<section', start)
  return html.slice(html.lastIndexOf('<section', start), end === -1 ? undefined : end)
}

/** What a reader sees: no tags, one space between words. */
function textOf(html: string): string {
  return unescape(html.replaceAll(/<\/?(?:i|b|span|wbr)\b[^>]*>/g, '').replaceAll(/<[^>]*>/g, ' ')).replaceAll(
    /\s+/g,
    ' ',
  )
}

function unescape(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
}
