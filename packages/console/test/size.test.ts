import { beforeAll, expect, it } from 'vitest'

import { readConsole } from '../src/index.ts'
import { buildConsole } from './build.ts'

beforeAll(buildConsole, 30_000)

it('is at most 250 KB gzipped, all files together', () => {
  const bytes = [...readConsole().values()].reduce((sum, { gzip }) => sum + gzip.length, 0)
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(250_000)
})

it('[D14] has no inline script or style, and asks for nothing but its own files', () => {
  const assets = readConsole()
  const html = assets.get('/')?.body.toString() ?? ''
  expect(html).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*src=)/i)
  const asked = new Set([...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path))
  expect(asked).toEqual(new Set([...assets.keys()].filter((path) => path !== '/').map((path) => `.${path}`)))
})
