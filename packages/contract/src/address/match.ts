import type { AddressMatch, Channel, Parameter } from '../model.ts'
import { show } from '../json.ts'
import { RecentMatches } from './recent-matches.ts'
import { type AddressTemplate, decodeOnce, forbiddenIn, maxAddressLength, maxSegments } from './template.ts'

/** A channel with its parsed address. */
export interface Route {
  channel: Channel
  template: AddressTemplate
}

/** Finds the channel of an address among a contract's templates: by segment count first, literal text before parameters. */
export class AddressMatcher {
  readonly #byCount = new Map<number, Route[]>()
  readonly #recent = new RecentMatches()

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const count = route.template.segments.length
      const list = this.#byCount.get(count)
      if (list === undefined) this.#byCount.set(count, [route])
      else list.push(route)
    }
    // Stable: equal templates keep the document's order.
    for (const list of this.#byCount.values()) list.sort((a, b) => compareSegments(a.template, b.template))
  }

  /** Hot: once for each publish. Addresses that were found a moment ago are not looked for again. */
  match(written: string): AddressMatch {
    const known = this.#recent.get(written)
    if (known !== undefined) return known
    const found = this.#find(written)
    if (found.ok) this.#recent.add(written, found)
    return found
  }

  #find(written: string): AddressMatch {
    const canonical = canonicalSegments(written)
    if (!Array.isArray(canonical)) return { ok: false, reason: 'malformed', ...canonical }
    if (canonical[0] === '-') return { ok: false, reason: 'unknown' }
    let refused: AddressMatch | undefined
    for (const { channel, template } of this.#byCount.get(canonical.length) ?? []) {
      const parameters = bind(template, canonical)
      if (parameters === undefined) continue
      const wrong = firstRefused(channel.parameters, parameters)
      if (wrong === undefined) return { ok: true, channel, address: `/${canonical.join('/')}`, parameters }
      refused ??= { ok: false, reason: 'parameter', channel, ...wrong }
    }
    return refused ?? { ok: false, reason: 'unknown' }
  }
}

/** The decoded segments of a URL path, or why it is malformed. There is one canonical form, and it is both matched and used. */
function canonicalSegments(written: string): string[] | Malformed {
  if (!written.startsWith('/')) return malformed('an address starts with a slash')
  // An escape is three characters for one byte, and a character is at most four bytes: longer cannot fit in the limit.
  if (written.length > maxAddressLength * 12) return tooLong
  if (written === '/') return []
  const segments = written.slice(1).split('/')
  if (segments.length > maxSegments) return tooManySegments
  let length = 0
  for (const [index, segment] of segments.entries()) {
    const undecoded = /[?#]/.exec(segment)?.[0]
    if (undecoded !== undefined) return malformed(`${JSON.stringify(undecoded)} is not part of an address`)
    const decoded = decodeOnce(segment)?.normalize('NFC')
    if (decoded === undefined) return malformed('a percent escape is not UTF-8')
    if (decoded === '') return malformed('a segment is empty')
    if (decoded === '.' || decoded === '..') return malformed('dot segments are not followed')
    const bad = forbiddenIn(decoded)
    if (bad !== undefined) return malformed(`a segment holds ${bad}`)
    segments[index] = decoded
    length += 1 + decoded.length
  }
  return length > maxAddressLength ? tooLong : segments
}

/** Why a path is no address, and the limit that it is over. */
type Malformed = Pick<Extract<AddressMatch, { reason: 'malformed' }>, 'detail' | 'limit'>

const tooLong: Malformed = {
  detail: `an address has at most ${maxAddressLength} characters`,
  limit: 'address-length',
}
const tooManySegments: Malformed = {
  detail: `an address has at most ${maxSegments} segments`,
  limit: 'address-segments',
}

function malformed(detail: string): Malformed {
  return { detail }
}

function bind(template: AddressTemplate, segments: readonly string[]): Readonly<Record<string, string>> | undefined {
  // No prototype: a parameter may be called `constructor`.
  const parameters = Object.create(null) as Record<string, string>
  for (const [index, segment] of template.segments.entries()) {
    if (!bindSegment(segment, segments[index]!, parameters)) return undefined
  }
  return parameters
}

/** Each parameter takes the shortest text up to the next literal; the last one takes the rest. Linear, no backtracking. */
function bindSegment(segment: readonly string[], text: string, parameters: Record<string, string>): boolean {
  if (segment.length === 1) return segment[0] === text
  const first = segment[0]!
  const last = segment.at(-1)!
  if (!text.startsWith(first)) return false
  let position = first.length
  for (let index = 1; index < segment.length; index += 2) {
    const isLast = index === segment.length - 2
    const literal = segment[index + 1]!
    const end = isLast ? text.length - last.length : text.indexOf(literal, position + 1)
    if (end <= position || (isLast && !text.endsWith(last))) return false
    parameters[segment[index]!] = text.slice(position, end)
    position = end + literal.length
  }
  return true
}

function firstRefused(
  declared: readonly Parameter[],
  parameters: Readonly<Record<string, string>>,
): { parameter: string; got: string; expected: string } | undefined {
  for (const { name, enum: allowed } of declared) {
    const got = parameters[name]
    if (got === undefined || allowed === undefined || allowed.includes(got)) continue
    return { parameter: name, got, expected: oneOf(allowed) }
  }
  return undefined
}

function oneOf(allowed: readonly string[]): string {
  const shown = allowed.slice(0, 10).map((value) => show(value))
  return `one of ${shown.join(', ')}${allowed.length > 10 ? ` and ${allowed.length - 10} more` : ''}`
}

/** Literal segments come before mixed ones, those before bare parameters, from left to right. */
function compareSegments(a: AddressTemplate, b: AddressTemplate): number {
  for (const [index, segment] of a.segments.entries()) {
    const difference = openness(segment) - openness(b.segments[index]!)
    if (difference !== 0) return difference
  }
  return 0
}

function openness(segment: readonly string[]): number {
  if (segment.length === 1) return -1_000
  return -segment.reduce((sum, part, index) => sum + (index % 2 === 0 ? part.length : 0), 0)
}
