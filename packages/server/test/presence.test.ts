import { VirtualClock } from '@hydrant/testkit'
import { describe, expect, it } from 'vitest'
import { Presence } from '../src/presence/presence.ts'

describe('the presence list', () => {
  it('[7.4] holds its limit, refuses one more, and takes one when another has left', () => {
    const presence = new Presence(new VirtualClock(), 3)
    expect(['a', 'b', 'c', 'd'].map((session) => presence.enter('/x', session, 1))).toEqual([true, true, true, false])
    expect(presence.enter('/x', 'a', 2)).toBe(true)
    presence.leave('/x', 'b')
    expect(presence.enter('/x', 'd', 1)).toBe(true)
  })

  it('keeps nothing of who has gone', () => {
    const clock = new VirtualClock()
    const presence = new Presence(clock, 3)
    for (let i = 0; i < 100; i++) {
      presence.enter(`/x/${i}`, 's', 1)
      presence.watch(`/x/${i}`, 't', () => {})
    }
    presence.leaveAll('s')
    presence.leaveAll('t')
    clock.advance(1000)
    expect(presence.size).toBe(0)
  })

  it('[7.2] tells at most five times a second, whatever happens', () => {
    const clock = new VirtualClock()
    const presence = new Presence(clock, 1000)
    let told = 0
    presence.watch('/x', 'watcher', () => told++)
    for (let i = 0; i < 1000; i++) {
      presence.enter('/x', `${i % 7}`, i)
      clock.advance(1)
    }
    expect(told).toBeLessThanOrEqual(5)
    expect(told).toBeGreaterThanOrEqual(4)
  })
})
