import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { CONNECT_PATH, SUBPROTOCOL } from '../src/index.ts'
import { readDocument } from './document.ts'

/** The same for the same schemas: keys sorted, and no words for people. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(
    ([key, each]) => !(typeof each === 'string' && /^(summary|description|title)$/.test(key)),
  )
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, canonical(each)]),
  )
}

describe('the version', () => {
  const { document, diagnostics } = readDocument()

  it('is pinned to the schemas of the messages', () => {
    const hash = createHash('sha256')
      .update(JSON.stringify(canonical(document.components)))
      .digest('hex')
    // When this fails, a message has changed. Would a client or server of before misunderstand it? Then SUBPROTOCOL becomes the next
    // version. It would not (a new optional field, a new push)? Then only the hash changes. Either way, say so in CHANGELOG.md.
    expect({ SUBPROTOCOL, CONNECT_PATH, hash }).toEqual({
      SUBPROTOCOL: 'hydrant.v1',
      CONNECT_PATH: '/-/connect',
      hash: 'b21fb47686d81d7a6420f90e5d3e0fdee60850d038d81fbe1a01b03e2983b6ba',
    })
  })

  it('has a document without errors or warnings', () => {
    expect(diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([])
  })
})
