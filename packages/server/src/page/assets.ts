import { readdirSync, readFileSync } from 'node:fs'
import * as nodeModule from 'node:module'

import { iconFile } from './icon.ts'

/** A file that the page asks for. */
export interface PageAsset {
  readonly body: string
  readonly contentType: string
}

/** Everything that the page loads, by the path it is served at. Read once, when this module is loaded. */
export const pageAssets: ReadonlyMap<string, PageAsset> = new Map([
  ['/-/docs/page.css', { body: readFileSync(sourceFile('page.css'), 'utf8'), contentType: 'text/css; charset=utf-8' }],
  ['/-/docs/icon.svg', { body: iconFile, contentType: 'image/svg+xml' }],
  ...browserScripts(),
])

/** The browser's modules, one file each: compiled beside this one, or straight from the sources when these are what runs. */
function* browserScripts(): Generator<[string, PageAsset]> {
  const fromSource = import.meta.url.endsWith('.ts')
  const folder = new URL('browser/', import.meta.url)
  const extension = fromSource ? '.ts' : '.js'
  for (const name of readdirSync(folder)) {
    if (!name.endsWith(extension) || name.endsWith('.d.ts')) continue
    const text = readFileSync(new URL(name, folder), 'utf8')
    // The same two steps that the compiler takes: types away, `.ts` in imports becomes `.js`. (Not a named import: early
    // versions of Node 22, which run what is compiled, do not have the function.)
    const body = fromSource
      ? nodeModule.stripTypeScriptTypes(text).replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'")
      : text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
    yield [`/-/docs/${name.slice(0, -3)}.js`, { body, contentType: 'text/javascript; charset=utf-8' }]
  }
}

/** The compiler copies no stylesheet: the package carries its sources too, and `src/page` is as far from both folders. */
function sourceFile(name: string): URL {
  return new URL(`../../src/page/${name}`, import.meta.url)
}
