import { describe, expect, it } from 'vitest'
import { type Exit, Seat, type WorkerProcess } from '../../src/workers/seat.ts'
import { memoryLinks } from './memory-link.ts'
import { TurningClock } from './shared-broker.ts'

interface Forked {
  readonly die: (exit?: Partial<Exit>) => void
  killed: boolean
}

/** A seat whose processes are only pretended; each serves as soon as it is told to, unless it is said otherwise. */
function seatOf(mayServe: (count: number) => boolean = () => true) {
  const clock = new TurningClock()
  const forked: Forked[] = []
  const retries: number[] = []
  const fork = (): WorkerProcess => {
    const { promise: exited, resolve } = Promise.withResolvers<Exit>()
    const link = memoryLinks().near
    const process: Forked = {
      killed: false,
      die: (exit) => {
        link.close()
        resolve({ code: null, signal: 'SIGKILL', ...exit })
      },
    }
    forked.push(process)
    return {
      pid: forked.length,
      link,
      exited,
      kill: () => {
        process.killed = true
        process.die()
      },
    }
  }
  const seat = new Seat(1, fork, clock, {
    admit: () => ({ call: () => null, note() {}, closed() {}, onFault() {} }),
    async start() {
      if (!mayServe(forked.length)) throw new Error('cannot')
    },
    serving() {},
    lost: (_seat, _exit, retryMs) => retries.push(retryMs),
  })
  return { seat, clock, forked, retries }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the place of a worker', () => {
  it('is taken by another process when one ends, after a wait that doubles up to 30 seconds', async () => {
    const { seat, clock, forked, retries } = seatOf()
    await seat.start()
    for (let i = 0; i < 11; i++) {
      forked.at(-1)!.die()
      await settled()
      expect(seat.isServing).toBe(false)
      clock.advance(retries.at(-1)! - 1)
      expect(forked).toHaveLength(i + 1)
      clock.advance(1)
      await settled()
      expect(seat.isServing).toBe(true)
    }
    expect(retries).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
  })

  it('waits the shortest time again after a process that served for a minute', async () => {
    const { seat, clock, forked, retries } = seatOf()
    await seat.start()
    forked[0]!.die()
    await settled()
    clock.advance(100)
    await settled()
    clock.advance(60_000)
    forked[1]!.die()
    await settled()
    expect(retries).toEqual([100, 100])
  })

  it('tries again when the next process cannot serve, but not when the first one cannot', async () => {
    const later = seatOf((count) => count !== 2)
    await later.seat.start()
    later.forked[0]!.die()
    await settled()
    later.clock.advance(100)
    await settled()
    await settled()
    expect(later.forked[1]!.killed).toBe(true)
    later.clock.advance(200)
    await settled()
    expect([later.seat.isServing, later.forked.length, later.seat.losses]).toEqual([true, 3, 2])

    const first = seatOf(() => false)
    await expect(first.seat.start()).rejects.toThrow('cannot')
    first.clock.advance(60_000)
    await settled()
    expect([first.forked.length, first.forked[0]!.killed]).toEqual([1, true])
  })

  it('ends a process that does not stop in time, and starts no other', async () => {
    const { seat, clock, forked } = seatOf()
    await seat.start()
    const stopped = seat.stop(5_000)
    clock.advance(6_999)
    expect(forked[0]!.killed).toBe(false)
    clock.advance(1)
    await stopped
    clock.advance(60_000)
    await settled()
    expect([forked.length, forked[0]!.killed]).toEqual([1, true])
  })
})
