import type { JsonObject } from '@hydrant/contract'

import { exampleOfPattern } from './example-pattern.ts'

/** A string for the format, pattern and length that a schema asks for; the best guess where they are at odds. */
export function exampleString(keywords: JsonObject): string {
  const minLength = typeof keywords['minLength'] === 'number' ? keywords['minLength'] : 0
  const maxLength = typeof keywords['maxLength'] === 'number' ? keywords['maxLength'] : Infinity
  const { pattern, format } = keywords
  if (typeof pattern === 'string') {
    for (const candidate of [pattern, ...lengthened(pattern, minLength)]) {
      const text = exampleOfPattern(candidate)
      if (text !== undefined && text.length >= minLength && text.length <= maxLength) return text
    }
  }
  if (typeof format === 'string' && Object.hasOwn(formats, format)) return formats[format] as string
  return 'string'.repeat(Math.ceil(Math.max(minLength, 6) / 6)).slice(0, Math.max(minLength, Math.min(6, maxLength)))
}

/** Patterns with an open quantifier can be made longer: `[A-Z]+` with at least three characters is `[A-Z]{3}`. */
function* lengthened(pattern: string, minLength: number): Generator<string> {
  if (minLength > 1 && minLength <= 256) {
    for (let times = 2; times <= minLength; times++) yield pattern.replace(/(?<!\\)[*+](?!\])/, `{${times}}`)
  }
}

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-31T12:00:00Z',
  date: '2026-01-31',
  time: '12:00:00Z',
  duration: 'PT1H30M',
  email: 'ada@example.com',
  'idn-email': 'ada@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  'uri-reference': '/path',
  iri: 'https://example.com/',
  'iri-reference': '/path',
  'uri-template': '/items/{id}',
  uuid: '3f2b8c1e-9d4a-4f6b-8a7c-5e1d2c3b4a59',
  'json-pointer': '/path',
  'relative-json-pointer': '0',
  regex: '^[a-z]+$',
  byte: 'SGVsbG8=',
  base64: 'SGVsbG8=',
  password: 'correct horse',
  decimal: '1.5',
}
