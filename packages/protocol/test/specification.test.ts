import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PROTOCOL_ERRORS } from '../src/index.ts'

const SPECIFICATION = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8')

describe('PROTOCOL.md', () => {
  it('has the table of errors', () => {
    const rows = [...SPECIFICATION.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
      code,
      Number(status),
    ])
    expect(rows).toEqual(Object.entries(PROTOCOL_ERRORS).map(([code, { status }]) => [code, status]))
  })
})
