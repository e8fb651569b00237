import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createTerminal } from '../../src/output/terminal.ts'

describe('a terminal', () => {
  it('shows progress on one line, which the next note replaces, when stderr is a terminal', () => {
    const stderr = Object.assign(new PassThrough(), { isTTY: true })
    const terminal = createTerminal(new PassThrough(), stderr)
    terminal.progress(() => 'one')
    // Within a tenth of a second nothing is drawn, nor even made.
    terminal.progress(() => expect.unreachable())
    terminal.note('done')
    terminal.endProgress()
    expect(String(stderr.read())).toBe('\r\u001B[Kone\r\u001B[Kdone\n')
  })

  it('shows no progress when stderr is a file or a pipe', () => {
    const stderr = new PassThrough()
    createTerminal(new PassThrough(), stderr).progress(() => expect.unreachable())
    expect(stderr.read()).toBeNull()
  })

  it('waits for a slow reader of its results', async () => {
    let release: (() => void) | undefined
    const stdout = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => (release = done) })
    const terminal = createTerminal(stdout, new PassThrough())
    let written = false
    const writing = terminal.result('slow').then(() => (written = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBe(false)
    release?.()
    await writing
    expect(written).toBe(true)
  })

  it('says that its reader is gone, and waits for nobody then', async () => {
    const stdout = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => setImmediate(done, broken) })
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
    const terminal = createTerminal(stdout, new PassThrough())
    await terminal.result('lost')
    expect(terminal.readerGone.aborted).toBe(true)
    await terminal.result('lost as well')
  })
})
