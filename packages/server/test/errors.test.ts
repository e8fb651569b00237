import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERRORS, HydrantError, toHydrantError } from '../src/errors.ts'

const DOORS = readFileSync(new URL('../../../docs/reference/doors.md', import.meta.url), 'utf8')

describe('the table of errors', () => {
  it('is what docs/reference/doors.md says', () => {
    const rows = [...DOORS.matchAll(/^\| `([a-z-]+)` \| (\d{3})/gm)].map(([, code, status]) => [code, Number(status)])
    // The contract is read before anybody can ask for anything.
    const served = Object.entries(ERRORS).filter(([code]) => code !== 'contract-invalid')
    expect(rows).toEqual(served.map(([code, { status }]) => [code, status]))
  })

  it('names every type urn:hydrant:CODE and keeps what is known of the cause', () => {
    const error = new HydrantError('message-invalid', 'why', { message: 'trade', errors: [] })
    expect(error.toProblem('/prices/AAPL')).toEqual({
      type: 'urn:hydrant:message-invalid',
      title: 'The message matches no schema of this channel',
      status: 422,
      detail: 'why',
      instance: '/prices/AAPL',
      code: 'message-invalid',
      message: 'trade',
      errors: [],
    })
  })

  it('turns anything else into internal, which says nothing of it', () => {
    const cause = new Error('password=hunter2')
    const error = toHydrantError(cause)
    expect(error.cause).toBe(cause)
    expect(JSON.stringify(error.toProblem())).not.toContain('hunter2')
  })
})
