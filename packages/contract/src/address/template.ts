/** A channel address cut into segments, each a row of literal text and parameters. */
export interface AddressTemplate {
  /** Canonical: leading slash, decoded, NFC, no query. */
  readonly address: string
  readonly segments: readonly Segment[]
  /** The parameter names, in order, without repeats. */
  readonly names: readonly string[]
  /** What stood behind a `?`, as written: name and value template. */
  readonly query: readonly (readonly [name: string, value: string])[]
  /** What was done to bring the address into canonical form. */
  readonly repairs: readonly { code: 'address-no-slash' | 'address-query' | 'address-cleaned'; detail: string }[]
}

/** Literal strings at even places, parameter names at odd ones: `a-{x}.json` is `['a-', 'x', '.json']`. */
type Segment = readonly string[]

/** Parses an address template. The error says why it cannot be a URL path. */
export function parseTemplate(written: string): AddressTemplate | { error: string } {
  const repairs: { code: 'address-no-slash' | 'address-query' | 'address-cleaned'; detail: string }[] = []
  let path = written.normalize('NFC')
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(path)
  if (absolute !== null) {
    path = path.slice(absolute[0].length)
    repairs.push({ code: 'address-cleaned', detail: `the origin ${absolute[0]} was left out` })
  }
  const hash = path.indexOf('#')
  if (hash !== -1) {
    path = path.slice(0, hash)
    repairs.push({ code: 'address-cleaned', detail: 'the fragment was left out' })
  }
  const mark = path.indexOf('?')
  const query = mark === -1 ? [] : parseQuery(path.slice(mark + 1))
  if (mark !== -1) {
    path = path.slice(0, mark)
    repairs.push({ code: 'address-query', detail: 'the query became handshake query checks' })
  }
  if (!path.startsWith('/')) {
    if (absolute === null) repairs.push({ code: 'address-no-slash', detail: 'a slash was put in front' })
    path = `/${path}`
  }
  const collapsed = path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
  if (collapsed !== path) repairs.push({ code: 'address-cleaned', detail: 'empty segments were left out' })
  return build(collapsed, query, repairs)
}

function build(
  path: string,
  query: AddressTemplate['query'],
  repairs: AddressTemplate['repairs'],
): AddressTemplate | { error: string } {
  const segments: Segment[] = []
  const names = new Set<string>()
  for (const written of path === '/' ? [] : path.slice(1).split('/')) {
    const segment = written.split(/\{([^{}]*)\}/)
    for (const [index, part] of segment.entries()) {
      if (index % 2 === 1) {
        if (part === '') return { error: 'a parameter has no name' }
        if (names.has(part)) return { error: `the parameter {${part}} is there twice` }
        names.add(part)
        if (index > 1 && segment[index - 1] === '')
          return { error: `nothing separates {${part}} from the parameter before it` }
      } else {
        const literal = decodeOnce(part)
        if (literal === undefined || /[{}]/.test(literal)) return { error: `${JSON.stringify(part)} cannot be read` }
        const bad = forbiddenIn(literal)
        if (bad !== undefined) return { error: `it holds ${bad}` }
        segment[index] = literal
      }
    }
    if (segment.length === 1 && (segment[0] === '.' || segment[0] === '..')) return { error: 'it has dot segments' }
    segments.push(segment)
  }
  if (segments.length > maxSegments) return { error: `it has more than ${maxSegments} segments` }
  return { address: addressOf(segments), segments, names: [...names], query, repairs }
}

/** The template as text again. */
function addressOf(segments: readonly Segment[]): string {
  return `/${segments.map((segment) => segment.map((part, index) => (index % 2 === 1 ? `{${part}}` : part)).join('')).join('/')}`
}

function parseQuery(text: string): [string, string][] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=')
      return equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]
    })
}

/** Longest address, in UTF-16 units of its canonical form (DESIGN §13). */
export const maxAddressLength = 255

/** Most segments an address may have (DESIGN §13). */
export const maxSegments = 32

/** Percent-decodes once; undefined when the escapes are not UTF-8. */
export function decodeOnce(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/**
 * What a decoded segment must not hold. `%`, `?` and `#` would change their meaning when the canonical form is read again;
 * `;` and `\` are read as separators by other software on the way.
 */
export function forbiddenIn(segment: string): string | undefined {
  const found = /[\p{Cc}\p{Cs}/\\;#?%]/u.exec(segment)?.[0]
  if (found === undefined) return undefined
  return /\p{Cc}|\p{Cs}/u.test(found) ? 'a control character' : JSON.stringify(found)
}
