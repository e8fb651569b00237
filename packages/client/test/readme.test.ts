import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as client from '../src/index.ts'
import * as react from '../src/react.ts'

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('the README has every code of the client', () => {
  const rows = [...README.matchAll(/^\| `([a-z-]+)` \| /gm)]
    .map(([, code]) => code)
    .filter((code) => code !== undefined && code in client.CLIENT_ERRORS)
  expect(new Set(rows)).toEqual(new Set(Object.keys(client.CLIENT_ERRORS)))
})

it('what the package exports is what it exported', () => {
  expect(Object.keys(client).toSorted()).toEqual([
    'CLIENT_ERRORS',
    'Channel',
    'Client',
    'HydrantError',
    'connect',
    'isHydrantError',
  ])
  expect(Object.keys(react).toSorted()).toEqual(['useChannel', 'useConnection'])
})
