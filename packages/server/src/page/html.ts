/** Markup that may be put into a page as it is: it was written by us, or everything foreign in it was escaped. */
export class Markup {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** What a template accepts: markup as it is, anything else as escaped text; nothing for the empty values. */
export type Fragment = Markup | string | number | boolean | null | undefined | readonly Fragment[]

/**
 * A template whose values are escaped unless they are {@link Markup} already, so that a value from a document can only
 * ever be text. `undefined`, `null` and `false` leave nothing, which makes `condition && html`…`` readable.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Fragment[]): Markup {
  const parts = unindented(strings)
  let text = parts[0] as string
  for (let index = 0; index < values.length; index++) {
    text += textOf(values[index]) + (parts[index + 1] as string)
  }
  return new Markup(text)
}

/** The template without the source's indentation, which would be a third of the page. Values are left as they are. */
function unindented(strings: TemplateStringsArray): readonly string[] {
  let parts = templates.get(strings)
  if (parts === undefined) {
    parts = strings.map((part) => part.replaceAll(/\n\s*/g, '\n'))
    templates.set(strings, parts)
  }
  return parts
}

const templates = new WeakMap<TemplateStringsArray, readonly string[]>()

/** The same text, unable to be anything but text inside an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return /[&<>"']/.test(text) ? text.replaceAll(/[&<>"']/g, (character) => entities[character] as string) : text
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function textOf(value: Fragment): string {
  if (value === undefined || value === null || value === false || value === true) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  let text = ''
  for (const item of value) text += textOf(item)
  return text
}
