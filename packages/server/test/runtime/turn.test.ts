import { VirtualClock } from '@hydrant/testkit'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Slice } from '../../src/runtime/slice.ts'
import { Turn, type TurnSource, type TurnTerms, type TurnWriter } from '../../src/runtime/turn.ts'

let clock: VirtualClock
let done: string[]

beforeEach(() => {
  clock = new VirtualClock()
  done = []
})

/** A feed with so many readers, each of which costs so many milliseconds and either writes at once or when all is handed out. */
function fanOut(turn: Turn, name: string, readers: number, costMs: number, sessions: TurnWriter[] = []): TurnSource {
  let next = 0
  return {
    handOut(slice: Slice) {
      while (next < readers) {
        const session = sessions[next]
        if (session === undefined) done.push(`${name}${next}`)
        else if (!queued.has(session)) {
          queued.add(session)
          turn.writer(session)
        }
        next++
        clock.stall(costMs)
        if (next < readers && next % slice.stride === 0 && slice.isSpent) return 'unfinished'
      }
      return 'done'
    },
  }
}

const queued = new Set<TurnWriter>()

function writer(name: string, costMs = 0): TurnWriter {
  const made: TurnWriter = {
    endTurn() {
      queued.delete(made)
      done.push(name)
      clock.stall(costMs)
    },
  }
  return made
}

/** What one turn of the event loop does. */
function turnOf(): string[] {
  done = []
  clock.flushTurn()
  return done
}

const EACH: TurnTerms = { slice: { stride: 1 } }

describe('a turn', () => {
  it('is all of a fan-out that fits into a slice of 1 ms', () => {
    const turn = new Turn(clock)
    turn.source(fanOut(turn, 'a', 16, 0.05))
    expect(turnOf()).toHaveLength(16)
    expect(turnOf()).toEqual([])
  })

  it('ends a fan-out at the slice, and the next one goes on after what was asked meanwhile', () => {
    const turn = new Turn(clock, EACH)
    turn.source(fanOut(turn, 'a', 5, 0.5))
    expect(turnOf()).toEqual(['a0', 'a1'])
    turn.writer(writer('pong'))
    expect(turnOf()).toEqual(['pong', 'a2', 'a3'])
    expect(turnOf()).toEqual(['a4'])
    expect(turnOf()).toEqual([])
  })

  it('lets who has something to say and is handed something write once', () => {
    const turn = new Turn(clock)
    const session = writer('both')
    queued.add(session)
    turn.writer(session)
    turn.source(fanOut(turn, 'a', 2, 0, [session, writer('handed')]))
    expect([turnOf(), turnOf()]).toEqual([['both', 'handed'], []])
  })

  it('writes what connections have to say before it leaves a fan-out that is too long', () => {
    const turn = new Turn(clock, EACH)
    turn.source(fanOut(turn, 'a', 2, 1))
    turn.writer(writer('pong'))
    expect([turnOf(), turnOf()]).toEqual([['a0', 'pong'], ['a1']])
  })

  it('looks at the clock after every 16 readers', () => {
    const turn = new Turn(clock)
    turn.source(fanOut(turn, 'a', 40, 1))
    expect([turnOf().length, turnOf().length, turnOf().length, turnOf().length]).toEqual([16, 16, 8, 0])
  })

  it('gives a fan-out as much time as the rest of the event loop took, and at most 20 ms', () => {
    const turn = new Turn(clock, EACH)
    turn.source(fanOut(turn, 'a', 100, 1))
    expect(turnOf()).toHaveLength(1)
    clock.stall(7)
    expect(turnOf()).toHaveLength(7)
    clock.stall(20)
    expect(turnOf()).toHaveLength(20)
    clock.stall(21)
    expect(turnOf()).toHaveLength(20)
    expect(turnOf()).toHaveLength(1)
  })

  it('does not give the time of a quiet hour to the first slice', () => {
    const turn = new Turn(clock, EACH)
    turn.source(fanOut(turn, 'a', 1, 1))
    turnOf()
    clock.stall(3_600_000)
    turn.source(fanOut(turn, 'a', 5, 1))
    expect(turnOf()).toEqual(['a0'])
  })

  it('lets who follows several feeds write once, when all have handed out, however many turns that takes', () => {
    const turn = new Turn(clock, EACH)
    const sessions = [writer('s0'), writer('s1')]
    turn.source(fanOut(turn, 'a', 2, 1, sessions))
    turn.source(fanOut(turn, 'b', 2, 1, sessions))
    expect([turnOf(), turnOf(), turnOf()]).toEqual([[], [], []])
    expect([turnOf(), turnOf(), turnOf()]).toEqual([['s0'], ['s1'], []])
  })

  it('ends writing at the slice too', () => {
    const turn = new Turn(clock, { slice: { ms: 1, stride: 2 } })
    const sessions = ['s0', 's1', 's2', 's3', 's4'].map((name) => writer(name, 1))
    turn.source(fanOut(turn, 'a', 5, 0, sessions))
    expect(turnOf()).toEqual(['s0', 's1'])
    turn.writer(writer('pong'))
    expect(turnOf()).toEqual(['pong', 's2', 's3'])
    expect(turnOf()).toEqual(['s4'])
  })

  it('serves what was published during a round in the next one', () => {
    const turn = new Turn(clock, EACH)
    turn.source(fanOut(turn, 'a', 3, 1))
    expect(turnOf()).toEqual(['a0'])
    turn.source(fanOut(turn, 'b', 1, 1))
    expect([turnOf(), turnOf(), turnOf()]).toEqual([['a1'], ['a2', 'b0'], []])
  })

  it('asks a source again that has more, in the next round', () => {
    const turn = new Turn(clock)
    let left = 3
    turn.source({
      handOut() {
        done.push(`batch ${left}`)
        return --left > 0 ? 'again' : 'done'
      },
    })
    expect([turnOf(), turnOf(), turnOf(), turnOf()]).toEqual([['batch 3'], ['batch 2'], ['batch 1'], []])
  })

  it('does everything at once before a goodbye', () => {
    const turn = new Turn(clock, { ...EACH, lingerMs: 5 })
    turn.source(fanOut(turn, 'a', 50, 1))
    clock.advance(5)
    turn.source(fanOut(turn, 'b', 50, 1, [writer('s0')]))
    done = []
    turn.flush()
    expect(done).toHaveLength(49 + 49 + 1)
    expect(turnOf()).toEqual([])
  })

  it('tells who watches when those have written that were served in it', () => {
    const turn = new Turn(clock, EACH)
    const toldAt: number[] = []
    const watcher = { written: (nowMs: number) => void toldAt.push(nowMs) }
    turn.source(fanOut(turn, 'a', 2, 1))
    turn.watch(watcher)
    turnOf()
    expect(toldAt).toEqual([1])
    expect(turnOf()).toEqual(['a1'])
    turn.source(fanOut(turn, 'b', 2, 1, [writer('s0', 1), writer('s1', 1)]))
    turn.watch(watcher)
    while (turnOf().length === 0) expect(toldAt).toEqual([1])
    turnOf()
    expect(toldAt).toEqual([1, 6])
  })

  it('goes on with the others when a source fails', () => {
    const turn = new Turn(clock)
    turn.source({
      handOut() {
        throw new Error('broken')
      },
    })
    turn.source(fanOut(turn, 'a', 1, 0))
    expect(turnOf).toThrow('broken')
    turn.writer(writer('pong'))
    expect(turnOf()).toEqual(['pong', 'a0'])
  })
})
