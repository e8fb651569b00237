import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/** A file that a browser asks for. */
export interface PageFile {
  readonly contentType: string
  readonly body: string
}

/** The files of a page by their path, `/`, `/page.css`, `/site.css` and `/page.js`: the TypeScript and what it imports, as one script. */
export async function bundlePage(folder: URL): Promise<ReadonlyMap<string, PageFile>> {
  const script = readdirSync(folder).find((name) => /^page\.tsx?$/.test(name)) ?? 'page.ts'
  const built = await rolldown({
    input: fileURLToPath(new URL(script, folder)),
    platform: 'browser',
    // For React; without it the development build is taken.
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    // The client's sources in this repository. Leave the line out where @hydrant/client comes from npm.
    resolve: { conditionNames: ['@hydrant/source', 'import', 'browser'] },
  })
  const { output } = await built.generate({ format: 'esm', minify: true })
  await built.close()
  const read = (name: string, base: URL): string => readFileSync(new URL(name, base), 'utf8')
  return new Map([
    ['/', { contentType: 'text/html; charset=utf-8', body: read('index.html', folder) }],
    ['/page.css', { contentType: 'text/css; charset=utf-8', body: read('page.css', folder) }],
    ['/site.css', { contentType: 'text/css; charset=utf-8', body: read('site.css', new URL('.', import.meta.url)) }],
    ['/page.js', { contentType: 'text/javascript; charset=utf-8', body: output[0].code }],
  ])
}
