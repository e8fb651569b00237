import { describe, expect, it } from 'vitest'
import { type MessageSource, MessageQueue } from '../../src/doors/message-queue.ts'

/** A connection whose peer reads when the test says so. */
class Source implements MessageSource {
  queuedBytes = 0
  isPaused = false
  #drained: (() => void)[] = []

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
  }

  onceDrained(run: () => void): void {
    this.#drained.push(run)
  }

  read(): void {
    this.queuedBytes = 0
    for (const run of this.#drained.splice(0)) run()
  }
}

describe('the messages of one connection', () => {
  it('[C21] wait while more than the limit of answers is unread, and go on in order when it is read', () => {
    const source = new Source()
    const handled: number[] = []
    let emptied = 0
    const queue = new MessageQueue<number>(source, 1_000, {
      handle: (message) => {
        handled.push(message)
        source.queuedBytes += 500
      },
      onFault: (error) => expect.unreachable(String(error)),
      onQueueEmpty: () => emptied++,
    })
    for (const message of [1, 2]) queue.push(message)
    expect([handled, source.isPaused]).toEqual([[1, 2], false])
    for (const message of [3, 4, 5, 6, 7]) queue.push(message)
    expect([handled, source.isPaused]).toEqual([[1, 2, 3], true])
    source.read()
    expect([handled, source.isPaused]).toEqual([[1, 2, 3, 4, 5, 6], true])
    source.read()
    expect([handled, source.isPaused]).toEqual([[1, 2, 3, 4, 5, 6, 7], false])
    expect(emptied).toBe(1)
  })

  it('[C21] count answers that come later, and errors', async () => {
    const source = new Source()
    const errors: unknown[] = []
    const queue = new MessageQueue<number>(source, 1_000, {
      handle: async () => {
        await Promise.resolve()
        throw new Error('refused')
      },
      onFault: (error) => {
        errors.push(error)
        source.queuedBytes += 1_001
      },
      onQueueEmpty: () => {},
    })
    queue.push(1)
    queue.push(2)
    await expect.poll(() => errors.length).toBe(1)
    expect(source.isPaused).toBe(true)
    source.read()
    await expect.poll(() => errors.length).toBe(2)
  })
})
