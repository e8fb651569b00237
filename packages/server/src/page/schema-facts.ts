import type { JsonObject, JsonValue } from '@hydrant/contract'

import { html, type Fragment } from './html.ts'
import { markdown } from './markdown.ts'
import { limitsOf, valueLabel } from './schema-labels.ts'
import type { SchemaShape } from './schema-shape.ts'

/** Description, limits, enumerated values, default and examples of one schema. */
export function facts({ keywords }: SchemaShape): Fragment {
  const description = typeof keywords['description'] === 'string' ? keywords['description'] : undefined
  const lines: Fragment[] = []
  if ('const' in keywords) lines.push(fact('always', [keywords['const']]))
  else if (Array.isArray(keywords['enum'])) {
    lines.push(fact(keywords['enum'].length === 1 ? 'always' : 'one of', keywords['enum']))
  }
  const limits = limitsOf(keywords)
  if (limits.length > 0) lines.push(html`<li>${limits.map((limit) => html`<span class="limit">${limit}</span> `)}</li>`)
  if ('default' in keywords) lines.push(fact('default', [keywords['default']]))
  const examples = Array.isArray(keywords['examples'])
    ? keywords['examples']
    : 'example' in keywords
      ? [keywords['example']]
      : []
  if (examples.length > 0) lines.push(fact('for example', examples.slice(0, 3)))
  return html`${description !== undefined && html`<div class="prop-text">${markdown(description)}</div>`}${
    lines.length > 0 &&
    html`<ul class="facts">
      ${lines}
    </ul>`
  }`
}

function fact(label: string, values: readonly JsonValue[]): Fragment {
  const codes = values.map((value) => html`<code>${valueLabel(value)}</code> `)
  // A list of fifty currencies is a wall: the first ones tell what it is, the rest unfolds.
  if (values.length <= 12) return html`<li><span class="fact">${label}</span> ${codes}</li>`
  return html`<li>
    <span class="fact">${label}</span> ${codes.slice(0, 8)}
    <details class="more">
      <summary>${values.length - 8} more</summary>
      ${codes.slice(8)}
    </details>
  </li>`
}

/** Whether {@link facts} has anything to say. */
export function hasFacts(keywords: JsonObject): boolean {
  return (
    'enum' in keywords ||
    'const' in keywords ||
    'description' in keywords ||
    'default' in keywords ||
    limitsOf(keywords).length > 0
  )
}
