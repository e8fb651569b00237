import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { gzipSync } from 'node:zlib'

/** One file of the page. */
export interface ConsoleAsset {
  readonly contentType: string
  readonly body: Buffer
  /** The same, compressed: for whoever says `Accept-Encoding: gzip`. */
  readonly gzip: Buffer
  /** Files with a hash in their name never change; the others are asked for again with `etag`. */
  readonly cacheControl: string
  /** Quoted, as the header wants it. */
  readonly etag: string
}

/** By path below the place where the console is mounted: `/`, `/assets/console-….js`. Every path of the page is relative, and its views are in the fragment. */
export type ConsoleAssets = ReadonlyMap<string, ConsoleAsset>

/** What has to go out with every file. The page has no inline script or style and never turns text into markup, so that what a channel's name or payload carries stays text. */
export const CONSOLE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Built by `npm run build`; beside the compiled file, and as far from the source. */
const builtPage = new URL('../dist/page/', import.meta.url)

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Hydrant console</title>
<p>The console is not built. Run <code>npm run build</code> and reload.`

/**
 * Reads the built page from `folder` (default: where `npm run build` puts it). Synchronous: call it once. A page that was not built
 * gives one file at `/` that says so.
 */
export function readConsole(folder: URL = builtPage): ConsoleAssets {
  const assets = new Map<string, ConsoleAsset>()
  for (const name of filesOf(folder)) {
    const path = name === 'index.html' ? '/' : `/${name}`
    assets.set(path, asset(name, readFileSync(new URL(name, folder))))
  }
  if (!assets.has('/')) assets.set('/', asset('index.html', Buffer.from(NOT_BUILT)))
  return assets
}

function filesOf(folder: URL): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll('\\', '/'))
      .filter((name) => extname(name) in CONTENT_TYPES)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function asset(name: string, body: Buffer): ConsoleAsset {
  return {
    contentType: CONTENT_TYPES[extname(name)] as string,
    body,
    gzip: gzipSync(body),
    cacheControl: name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  }
}
