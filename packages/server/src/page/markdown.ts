import MarkdownIt from 'markdown-it'

import { html, Markup, type Fragment } from './html.ts'

/**
 * A description (Markdown, as AsyncAPI says) as markup. HTML in it stays text, links lead only to safe schemes, and
 * images become links, because the page makes no request to anybody else.
 */
export function markdown(text: string | undefined): Fragment {
  if (text === undefined || text.trim() === '') return undefined
  // Most descriptions in a schema are a plain sentence: parsing them as Markdown would cost most of the page's time.
  if (plainText.test(text)) return html`<p>${text.trim()}</p>`
  return new Markup(renderer.render(text))
}

/** A description as a block of its own, in a column of comfortable width. */
export function prose(text: string | undefined): Fragment {
  const content = markdown(text)
  return content !== undefined && html`<div class="prose">${content}</div>`
}

const plainText = /^[\w ,.;'"()/+=%$?&-]*$/

const renderer = createRenderer()

function createRenderer(): InstanceType<typeof MarkdownIt> {
  const md = new MarkdownIt({ html: false, linkify: true, typographer: false })
  // A bare word such as `api.ts` is not meant as a link; an address with its scheme is.
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
  md.renderer.rules['image'] = (tokens, index) => {
    const token = tokens[index]
    const source = token?.attrGet('src') ?? ''
    return html`<a href="${source}" rel="noopener noreferrer">${token?.content || source}</a>`.toString()
  }
  md.renderer.rules['link_open'] = (tokens, index, options, _env, self) => {
    tokens[index]?.attrSet('rel', 'noopener noreferrer')
    return self.renderToken(tokens, index, options)
  }
  // Headings of a description stand below the page's own, whatever level the document gave them.
  md.renderer.rules['heading_open'] = () => '<p class="md-heading">'
  md.renderer.rules['heading_close'] = () => '</p>\n'
  // A wide table or code block scrolls by itself; the tabindex lets the keyboard do it.
  md.renderer.rules['table_open'] = () => '<div class="scroll" tabindex="0"><table>'
  md.renderer.rules['table_close'] = () => '</table></div>\n'
  md.renderer.rules['fence'] = (tokens, index) => codeBlock(tokens[index]?.content ?? '')
  md.renderer.rules['code_block'] = (tokens, index) => codeBlock(tokens[index]?.content ?? '')
  return md
}

function codeBlock(content: string): string {
  return html`<pre tabindex="0"><code>${content.trim()}</code></pre>`.toString()
}
