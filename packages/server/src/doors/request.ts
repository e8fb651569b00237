import type { IncomingMessage } from 'node:http'
import type { Channel } from '@hydrant/contract'
import { parsePosition, type Position } from '../broker/position.ts'
import { HydrantError } from '../errors.ts'
import type { View } from '../hub/live-batch.ts'
import type { PublisherRole } from '../publish/accept-message.ts'
import type { Addressed } from '../publish/publisher.ts'
import type { Service } from '../service.ts'

/** A request whose target is understood: which path, which query. */
export interface Target {
  /** The path as it was sent, still percent-encoded: the contract decodes it once. */
  readonly path: string
  readonly query: URLSearchParams
}

/** Splits an origin-form target; absolute forms and fragments are refused (one canonical form is both matched and used). */
export function parseTarget(request: IncomingMessage): Target {
  const target = request.url ?? '/'
  if (!target.startsWith('/') || target.includes('#')) {
    throw new HydrantError('bad-request', `expected a path such as /prices/AAPL, got ${JSON.stringify(target)}`)
  }
  const mark = target.indexOf('?')
  return mark < 0
    ? { path: target, query: new URLSearchParams() }
    : { path: target.slice(0, mark), query: new URLSearchParams(target.slice(mark + 1)) }
}

/** The channel under this path. Throws `channel-unknown`, `parameter-invalid` or `bad-request`. */
export function resolve(service: Service, path: string): Addressed {
  const match = service.contract.match(path)
  if (match.ok) return match
  switch (match.reason) {
    case 'unknown':
      throw new HydrantError('channel-unknown', `no channel of ${service.contract.info.title} has the address ${path}`)
    case 'malformed':
      throw new HydrantError('bad-request', `the address cannot be used: ${match.detail}`)
    case 'parameter':
      throw new HydrantError(
        'parameter-invalid',
        `${match.channel.address}: expected ${match.parameter} to be ${match.expected}, got ${JSON.stringify(match.got)}`,
        { errors: [{ pointer: `/${match.parameter}`, expected: match.expected, got: match.got }] },
      )
  }
}

/** What a reader of this channel sees: see "Who may do what" in `docs/reference/doors.md`. */
export function readerView(channel: Channel, query: URLSearchParams): View {
  if (asksForApplication(query)) return 'application'
  return channel.toClients.messages.length === 0 ? 'application' : 'client'
}

/** On whose behalf the frames of a one-channel WebSocket are published. */
export function socketRole(query: URLSearchParams): PublisherRole {
  return asksForApplication(query) ? 'application' : 'client'
}

function asksForApplication(query: URLSearchParams): boolean {
  const as = query.get('as')
  if (as === null || as === 'client') return false
  if (as === 'application') return true
  throw new HydrantError('bad-request', `as: expected client or application, got ${JSON.stringify(as)}`)
}

/** The position to resume from. Throws `bad-request` for what is no position. */
export function sinceOf(text: string | null | undefined): Position | undefined {
  if (text === null || text === undefined || text === '') return undefined
  const position = parsePosition(text)
  if (position === undefined) {
    throw new HydrantError('bad-request', `since: expected a position that this API gave, got ${JSON.stringify(text)}`)
  }
  return position
}

export interface NumberRange {
  readonly min: number
  readonly max: number
}

/** A whole number of the query; above the maximum it is the maximum. Throws `bad-request` for anything else. */
export function wholeNumberOf(query: URLSearchParams, name: string, range: NumberRange): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (!/^[0-9]{1,15}$/.test(text) || Number(text) < range.min) {
    throw new HydrantError(
      'bad-request',
      `${name}: expected a whole number from ${range.min}, got ${JSON.stringify(text)}`,
    )
  }
  return Math.min(Number(text), range.max)
}

/** Whether the query switches something on. Throws `bad-request` for anything but true and false. */
export function flagOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)
  if (text === null || text === 'false' || text === '0') return false
  if (text === 'true' || text === '1' || text === '') return true
  throw new HydrantError('bad-request', `${name}: expected true or false, got ${JSON.stringify(text)}`)
}
