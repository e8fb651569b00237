import { escapeHtml, Markup } from './html.ts'

/** A JSON value as indented, coloured markup. What cannot be JSON (a cycle) is not accepted. */
export function jsonMarkup(value: unknown): Markup {
  return new Markup(valueText(value, '\n'))
}

// Class names are one letter because an example is mostly tokens: k key, s string, n number, a atom (true, false, null).
function valueText(value: unknown, newline: string): string {
  if (typeof value === 'string') return span('s', JSON.stringify(value))
  if (typeof value === 'number') return span('n', JSON.stringify(value))
  if (value === null || typeof value !== 'object')
    return span('a', value === undefined ? 'null' : JSON.stringify(value))
  const inner = `${newline}  `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    const short = shortArray(value)
    if (short !== undefined) return short
    return `[${inner}${value.map((item) => valueText(item, inner)).join(`,${inner}`)}${newline}]`
  }
  const entries = Object.entries(value)
  if (entries.length === 0) return '{}'
  const members = entries.map(([key, member]) => `${span('k', JSON.stringify(key))}: ${valueText(member, inner)}`)
  return `{${inner}${members.join(`,${inner}`)}${newline}}`
}

/** An array of few atoms on one line: `["54350.40", "0.002"]` reads better than four lines. */
function shortArray(items: readonly unknown[]): string | undefined {
  if (items.length > 6 || items.some((item) => typeof item === 'object' && item !== null)) return undefined
  if (JSON.stringify(items).length > 60) return undefined
  return `[${items.map((item) => valueText(item, '')).join(', ')}]`
}

function span(kind: string, text: string): string {
  return `<i class="${kind}">${escapeHtml(text)}</i>`
}
