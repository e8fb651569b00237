import { isUtf8 } from 'node:buffer'
import { HydrantError } from '../../errors.ts'
import type { Incoming } from '../../publish/accept-message.ts'

/** A media type without its parameters, lower-case; '' when the request named none. */
export interface ContentType {
  readonly mediaType: string
}

export function parseContentType(header: string | undefined): ContentType {
  return { mediaType: (header ?? '').split(';')[0]!.trim().toLowerCase() }
}

export function isJson({ mediaType }: ContentType): boolean {
  return mediaType === 'application/json' || mediaType.endsWith('+json') || isUnnamed({ mediaType })
}

/** `curl -d` names every body a form; no message is ever a form, so it is taken as unnamed, and unnamed is JSON. */
function isUnnamed({ mediaType }: ContentType): boolean {
  return mediaType === '' || mediaType === 'application/x-www-form-urlencoded'
}

/** A body as one message of its content type. Throws `bad-request` when text is not UTF-8. */
export function bodyToIncoming(contentType: ContentType, body: Buffer): Incoming {
  if (isJson(contentType)) return { encoding: 'json', text: utf8(body) }
  if (contentType.mediaType.startsWith('text/')) return { encoding: 'text', text: utf8(body) }
  return { encoding: 'binary', bytes: body }
}

/** The text of UTF-8 bytes, without a byte-order mark. Throws `bad-request`. */
export function utf8(body: Buffer): string {
  if (!isUtf8(body)) throw new HydrantError('bad-request', 'expected UTF-8 text')
  const text = body.toString()
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}
