import { useSyncExternalStore } from 'react'

/** Where the page is: views are in the fragment, so that a link works wherever the page is mounted, and in a file without a server. */
export interface Route {
  /** Decoded segments: `#/channels/%2Ftrades%2FAAPL` is `['channels', '/trades/AAPL']`. */
  readonly path: readonly string[]
  readonly query: URLSearchParams
}

/** The fragment of a link: `link('channels', '/trades/AAPL')`. */
export function link(...path: readonly string[]): string {
  return `#/${path.map(encodeURIComponent).join('/')}`
}

/** Reads a fragment. What is malformed is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  return { path: path === '' ? [] : path.split('/').map(decode), query: new URLSearchParams(query) }
}

/** Where the page is now. */
export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash))
}

/** One value of the query, in the address so that it is kept by a link and a reload. Setting it adds no entry to the history. */
export function useQuery(name: string, fallback = ''): [string, (value: string) => void] {
  const value = useRoute().query.get(name) ?? fallback
  return [value, (next) => setQuery(name, next === fallback ? undefined : next)]
}

function setQuery(name: string, value: string | undefined): void {
  const [path = ''] = location.hash.split('?', 1)
  const { query } = parseRoute(location.hash)
  if (value === undefined || value === '') query.delete(name)
  else query.set(name, value)
  const text = query.toString()
  history.replaceState(null, '', `${path === '' ? '#/' : path}${text === '' ? '' : `?${text}`}`)
  dispatchEvent(new HashChangeEvent('hashchange'))
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
