import { parseJsonPointer, valueAt } from '../json-pointer.ts'
import { plainValue } from '../json-text.ts'
import { parseDoorUrl } from './door-url.ts'

/** Where each message goes: one channel for all, or one that depends on the message. */
export interface ChannelTemplate {
  /** The server, whatever the message. */
  readonly server: URL
  /** Whether the message decides. */
  readonly varies: boolean
  /** The channel of a message; `undefined` when the message has no string or number where the template points. */
  channelOf(document: unknown): URL | undefined
}

const placeholder = /\{(\/[^{}]*)\}/g

/**
 * A URL in which `{/pointer}` stands for what the message has there: `http://localhost:8080/ws/{/stream}`.
 * @throws CommandError (usage) when it is not a URL, SyntaxError when a pointer is none.
 */
export function parseChannelTemplate(text: string): ChannelTemplate {
  const schemes = ['http:', 'https:', 'ws:', 'wss:'] as const
  const server = parseDoorUrl(text.replaceAll(placeholder, 'x'), schemes)
  const parts = text.split(placeholder)
  if (parts.length === 1) return { server, varies: false, channelOf: () => server }
  // `split` with one group alternates: fixed text, pointer, fixed text, …
  const pieces = parts.map((part, index) => (index % 2 === 1 ? parseJsonPointer(part) : part))
  return {
    server,
    varies: true,
    channelOf(document) {
      let href = ''
      for (const piece of pieces) {
        if (typeof piece === 'string') {
          href += piece
          continue
        }
        const value = plainValue(valueAt(document, piece))
        if ((typeof value !== 'string' && typeof value !== 'number') || value === '') return undefined
        href += asSegment(String(value))
      }
      return new URL(href)
    },
  }
}

/** RFC 3986 §3.3 lets `@`, `:` and others stand in a path segment as they are, which keeps addresses readable. */
function asSegment(value: string): string {
  return encodeURIComponent(value).replaceAll(/%(?:40|3A|24|26|2B|2C|3B|3D)/g, decodeURIComponent)
}
