import { mkdtempSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'

import { CONSOLE_HEADERS, readConsole } from '../src/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'hydrant-console-'))
const url = pathToFileURL(`${folder}/`)
afterAll(() => rmSync(folder, { recursive: true }))

it('says what to do when the page was not built', () => {
  expect([...readConsole(new URL('none/', url)).keys()]).toEqual(['/'])
  expect(readConsole(new URL('none/', url)).get('/')?.body.toString()).toContain('npm run build')
})

it('serves the built files by path: hashed ones for good, the page with its etag, nothing else', () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<p>page')
  writeFileSync(join(folder, 'assets/a-123.js'), 'run()')
  writeFileSync(join(folder, 'assets/a-123.js.map'), '{}')
  const assets = readConsole(url)
  expect([...assets.keys()].toSorted()).toEqual(['/', '/assets/a-123.js'])
  const page = assets.get('/')
  expect(page).toMatchObject({ contentType: 'text/html; charset=utf-8', cacheControl: 'no-cache' })
  expect(page?.etag).toMatch(/^"[\w-]{22}"$/)
  const script = assets.get('/assets/a-123.js')
  expect(script?.cacheControl).toContain('immutable')
  expect(gunzipSync(script?.gzip as Buffer).toString()).toBe('run()')
})

it('[D14] allows scripts and styles of its own origin only, and no inline ones', () => {
  const policy = CONSOLE_HEADERS['content-security-policy']
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';")
  expect(policy).not.toContain('unsafe')
})
