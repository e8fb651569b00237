import { clientError } from './errors.ts'

/**
 * The concrete address of a channel: parameters filled in and percent-encoded. Throws `parameter-missing`.
 * Encoded the same however it was written, so that one channel is not followed twice.
 */
export function concreteAddress(address: string, params: object = {}): string {
  const values = params as Readonly<Record<string, unknown>>
  return address
    .split('/')
    .map((segment) =>
      segment
        .split(/(\{[^}]*\})/)
        .map((part) => {
          if (!part.startsWith('{')) return encodeURIComponent(decoded(part))
          const name = part.slice(1, -1)
          if (!Object.hasOwn(values, name) || values[name] === '')
            throw clientError('parameter-missing', `${part} of ${address}`)
          return encodeURIComponent(String(values[name]))
        })
        .join(''),
    )
    .join('/')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
