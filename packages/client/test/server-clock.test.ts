import { describe, expect, it } from 'vitest'
import { ServerClock } from '../src/server-clock.ts'
import { openClient, SERVER_MS } from './support/open-client.ts'

describe("the server's clock", () => {
  function clockAt(time: { mono: number; wall: number }): ServerClock {
    return new ServerClock(
      () => time.mono,
      () => time.wall,
    )
  }

  it('believes the smallest round trip', () => {
    const time = { mono: 0, wall: 1_000_000 }
    const clock = clockAt(time)
    expect(clock.now()).toBe(1_000_000)
    const sample = (tookMs: number, server: number): void => {
      const sent = time.mono
      time.mono += tookMs
      time.wall += tookMs
      clock.sample(server, sent)
    }
    sample(400, 5_000_350)
    expect(clock.now()).toBe(5_000_550)
    sample(10, 5_000_405)
    expect(clock.now()).toBe(5_000_410)
    sample(300, 5_000_600)
    expect(clock.now()).toBe(5_000_710)
  })

  it('begins anew when the machine slept or its clock was set, and does not follow a clock that was', () => {
    const time = { mono: 0, wall: 0 }
    const clock = clockAt(time)
    clock.sample(1_000, 0)
    time.wall += 3_600_000
    expect(clock.now()).toBe(1_000)
    time.mono += 100
    time.wall += 100
    clock.sample(3_601_050, 0)
    expect(clock.now()).toBe(3_601_100)
  })

  it('[8.3] is known from the first connection', async () => {
    const { api, network } = openClient()
    await network.flush()
    await network.pass(123)
    expect(api.now()).toBe(SERVER_MS + 123)
  })
})
