import { CommandError } from '../exit-codes.ts'

/** Schemes a door can have. */
export type Scheme = 'http:' | 'https:' | 'ws:' | 'wss:'

/** The URL of a channel, from what a person typed. @throws CommandError (usage) that says what is wrong with it. */
export function parseDoorUrl(text: string, schemes: readonly Scheme[]): URL {
  const example = `such as ${schemes[0]}//localhost:8080/prices/AAPL`
  if (!URL.canParse(text)) throw new CommandError('usage', `not a URL: "${text}"; expected one ${example}`)
  const url = new URL(text)
  if (!(schemes as readonly string[]).includes(url.protocol)) {
    const expected = schemes.map((scheme) => `${scheme}//`).join(', ')
    throw new CommandError('usage', `"${text}" does not start with ${expected}; expected a URL ${example}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new CommandError('usage', `leave the user name and the password out of the URL`)
  }
  url.hash = ''
  return url
}

/** The same address over HTTP: a WebSocket starts as an HTTP request. */
export function asHttp(url: URL): URL {
  return new URL(url.href.replace(/^ws/, 'http'))
}
