import { escapeHtml, html, Markup, type Fragment } from './html.ts'

/** A piece of code to copy. `address` marks where the channel's address goes. */
export interface Snippet {
  readonly title: string
  readonly code: string
  readonly language: 'shell' | 'javascript'
}

/** Stands in a snippet for the channel's address; the page's script puts the reader's values there. */
export const address = { http: '\u{E000}http\u{E000}', ws: '\u{E000}ws\u{E000}' } as const

/** A snippet as a block that can be copied, with the address template where the script is not there to fill it. */
export function snippetBlock(snippet: Snippet, template: string): Fragment {
  const code = new Markup(colour(snippet, template))
  return html`<figure class="snippet" data-copy="${snippet.title.toLowerCase()}">
    <figcaption>${snippet.title}</figcaption>
    <pre tabindex="0"><code>${code}</code></pre>
  </figure>`
}

function colour({ code, language }: Snippet, template: string): string {
  const tokens = language === 'shell' ? shell : javascript
  let text = ''
  let end = 0
  for (const match of code.matchAll(tokens)) {
    text += plain(code.slice(end, match.index), template)
    const kind = match.groups?.['comment'] !== undefined ? 'c' : match.groups?.['string'] !== undefined ? 's' : 'w'
    text += `<i class="${kind}">${plain(match[0], template)}</i>`
    end = match.index + match[0].length
  }
  return text + plain(code.slice(end), template)
}

function plain(text: string, template: string): string {
  return text
    .split(/\u{E000}(http|ws)\u{E000}/u)
    .map((part, index) => (index % 2 === 0 ? escapeHtml(part) : slot(part as 'http' | 'ws', template)))
    .join('')
}

function slot(kind: 'http' | 'ws', template: string): string {
  return html`<span data-url="${kind}"
    >${`${kind}://localhost:8080${template.replaceAll("'", '%27')}`}</span
  >`.toString()
}

const shell = /(?<comment>^#.*$)|(?<string>'[^']*')|(?<word>^(?:curl|websocat|echo)\b|(?<=\| )websocat\b)/gm
const javascript = /(?<comment>\/\/.*$)|(?<string>'[^'\n]*')|(?<word>\b(?:const|let|function|new|if|return|await)\b)/gm
