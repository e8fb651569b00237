import { PassThrough } from 'node:stream'
import { CommanderError } from 'commander'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { exitCodeOf } from '../src/exit-code-of.ts'
import { CommandError } from '../src/exit-codes.ts'
import { createTerminal } from '../src/output/terminal.ts'

function ending(error: unknown): { code: number; stderr: string } {
  const stderr = new PassThrough()
  const code = exitCodeOf(error, createTerminal(new PassThrough(), stderr))
  return { code, stderr: String(stderr.read() ?? '') }
}

afterEach(() => vi.unstubAllEnvs())

describe('a command ends', () => {
  it('with the code of its reason and one line, whatever the message holds', () => {
    expect(ending(new CommandError('unreachable', 'two\nlines'))).toEqual({ code: 4, stderr: 'hydrant: two lines\n' })
  })

  it('without another line when it has said everything itself', () => {
    expect(ending(new CommandError('refused', ''))).toEqual({ code: 1, stderr: '' })
  })

  it('as commander decided for --help and for a wrong command line', () => {
    expect(ending(new CommanderError(0, 'commander.helpDisplayed', ''))).toEqual({ code: 0, stderr: '' })
    expect(ending(new CommanderError(1, 'commander.unknownOption', 'said already'))).toEqual({ code: 2, stderr: '' })
  })

  it('with one line and no stack for a fault of ours, unless it is asked for', () => {
    const fault = new TypeError('x is not\na function')
    expect(ending(fault)).toEqual({
      code: 70,
      stderr:
        'hydrant: a fault in hydrant itself, please report it: TypeError: x is not a function (HYDRANT_DEBUG=1 shows where)\n',
    })
    vi.stubEnv('HYDRANT_DEBUG', '1')
    expect(ending(fault).stderr).toContain('exit-code-of.test.ts')
  })
})
