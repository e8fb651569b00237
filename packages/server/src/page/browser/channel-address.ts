import { element } from './element.ts'

/** A channel's concrete address, as the reader's choice of parameter values makes it. */
export interface ChannelAddress {
  /** `/prices/AAPL`; a parameter without a value stays `{symbol}`. */
  path: () => string
  /** Address for HTTP and SSE, with the query given. */
  http: (query?: Readonly<Record<string, string>>) => string
  /** Address for a WebSocket: what the contract's `ws` binding asks for in the query comes first, then the query given. */
  webSocket: (query?: Readonly<Record<string, string>>) => string
  /** The first input that still needs a value, if any. */
  firstMissing: () => HTMLInputElement | HTMLSelectElement | undefined
  onChange: (listener: () => void) => void
}

type Field = HTMLInputElement | HTMLSelectElement

/** Wires the parameter inputs of a channel to every address that is shown in its section. */
export function startChannelAddress(section: HTMLElement): ChannelAddress {
  const template = section.dataset['address'] ?? '/'
  const parameters = fieldsByName(section, 'parameter')
  const queries = fieldsByName(section, 'query')
  const listeners: (() => void)[] = []

  const parts = (): { text: string; parameter: boolean }[] =>
    template.split(/(\{[^{}]*\})/).map((text) => {
      const value = text.startsWith('{') ? parameters.get(text.slice(1, -1))?.value : undefined
      return value ? { text: encode(value), parameter: true } : { text: text.replaceAll("'", '%27'), parameter: false }
    })
  const path = (): string =>
    parts()
      .map((part) => part.text)
      .join('')
  const bindingQuery = (): [string, string][] =>
    [...queries].flatMap(([name, field]) => (field.value === '' ? [] : [[name, field.value] as [string, string]]))

  const fill = (): void => {
    for (const slot of section.querySelectorAll<HTMLElement>('[data-url]')) {
      const kind = slot.dataset['url']
      slot.replaceChildren(
        origin(kind),
        ...parts().map((part) => (part.parameter ? element('b', {}, part.text) : part.text)),
        kind === 'ws' ? queryText(bindingQuery()) : '',
      )
    }
    for (const listener of listeners) listener()
  }
  for (const field of [...parameters.values(), ...queries.values()]) {
    field.addEventListener(field instanceof HTMLSelectElement ? 'change' : 'input', fill)
  }
  prefillFromPageAddress(parameters)
  fill()

  return {
    path,
    http: (query = {}) => origin('http') + path() + queryText(Object.entries(query)),
    webSocket: (query = {}) => origin('ws') + path() + queryText([...bindingQuery(), ...Object.entries(query)]),
    firstMissing: () =>
      [...parameters.values(), ...queries.values()].find((field) => field.required && field.value === ''),
    onChange: (listener) => void listeners.push(listener),
  }
}

function fieldsByName(section: HTMLElement, kind: 'parameter' | 'query'): Map<string, Field> {
  const fields = [...section.querySelectorAll<Field>(`[data-${kind}]`)]
  return new Map(fields.map((field) => [field.dataset[kind] ?? '', field]))
}

/** `/-/docs?symbol=AAPL#/prices`: where a browser that opened `/prices/AAPL` is sent, so that it sees that symbol. */
function prefillFromPageAddress(parameters: ReadonlyMap<string, Field>): void {
  const asked = new URLSearchParams(location.search)
  for (const [name, field] of parameters) {
    const value = asked.get(name)
    if (value === null) continue
    if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value)) continue
    field.value = value
  }
}

function origin(kind: string | undefined): string {
  if (kind === 'path') return ''
  return kind === 'ws' ? location.origin.replace(/^http/, 'ws') : location.origin
}

function queryText(entries: readonly (readonly [string, string])[]): string {
  return entries.length === 0 ? '' : `?${entries.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&')}`
}

/** Percent-encoded so far that it can also stand inside a quoted word of a shell. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
