import { brokerRules } from '@hydrant/testkit'
import { describe, expect, it } from 'vitest'
import type { Draft, Entry, LiveListener, LogPolicy } from '../../src/broker/broker.ts'
import { SharedBroker } from './shared-broker.ts'

const STREAM: LogPolicy = { kind: 'stream', maxMessages: 100, maxAgeMs: 60_000 }

function draft(text: string): Draft {
  return { name: 'm', encoding: 'text', payload: Buffer.from(text), key: undefined, forClients: true }
}

interface Ear extends LiveListener {
  readonly heard: string[]
}

function ear(): Ear {
  const heard: string[] = []
  return {
    heard,
    onEntries: (_epoch, entries: readonly Entry[]) => heard.push(...entries.map(({ payload }) => payload.toString())),
    onBreak: (epoch, head) => heard.push(`<break ${epoch}:${head}>`),
  }
}

function turns(count = 4): Promise<void> {
  return new Promise((resolve) => {
    const next = (left: number): void => void (left === 0 ? resolve() : setImmediate(next, left - 1))
    next(count)
  })
}

describe.each([
  ['whole writes', Infinity],
  ['single bytes', 1],
  ['pieces of 7 bytes', 7],
])('the remote broker keeps the rules of the seam, over a link of %s', (_name, pieceBytes) => {
  for (const rule of brokerRules) {
    it(rule.title, async () => {
      await expect(
        rule.check(() => {
          const shared = new SharedBroker()
          return { broker: shared.admit(pieceBytes).broker, letPass: (ms) => shared.clock.advance(ms) }
        }),
      ).resolves.toBeUndefined()
    })
  }
})

describe('processes that share a broker', () => {
  it('what one publishes reaches the listeners of all, in one order', async () => {
    const shared = new SharedBroker()
    const [one, two] = [shared.admit(), shared.admit()]
    const [first, second] = [ear(), ear()]
    await one.broker.subscribe('/a', STREAM, first)
    await two.broker.subscribe('/a', STREAM, second)
    await Promise.all(
      [one, two].map(async ({ broker }, i) => broker.publish('/a', [draft(`${i}`)], { policy: STREAM })),
    )
    await turns()
    expect(first.heard.toSorted()).toEqual(['0', '1'])
    expect(second.heard).toEqual(first.heard)
  })

  it('a channel costs one subscription and one frame for each process, however many listen there', async () => {
    const shared = new SharedBroker()
    const [one, two] = [shared.admit(), shared.admit()]
    const ears = Array.from({ length: 50 }, ear)
    await Promise.all(ears.map(async (each) => one.broker.subscribe('/a', STREAM, each)))
    expect(one.guest.channelCount).toBe(1)
    const writes = one.down.writes
    await two.broker.publish('/a', [draft('1'), draft('2')], { policy: STREAM })
    await turns()
    expect(ears.every(({ heard }) => heard.join() === '1,2')).toBe(true)
    expect(one.down.writes - writes).toBe(1)
  })

  it('what is published in one turn leaves in one write', async () => {
    const { broker, up } = new SharedBroker().admit()
    const before = up.writes
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => broker.publish('/a', [draft(`${i}`)], { policy: STREAM })),
    )
    expect(up.writes - before).toBe(1)
  })

  it('the last listener to leave ends the subscription, and leaves nothing behind', async () => {
    const shared = new SharedBroker()
    const { broker, guest } = shared.admit()
    const [first, second] = await Promise.all([ear(), ear()].map(async (each) => broker.subscribe('/a', STREAM, each)))
    first!.unsubscribe()
    await turns()
    expect(guest.channelCount).toBe(1)
    second!.unsubscribe()
    await turns()
    expect([guest.channelCount, shared.host.channelCount, shared.memory.channelCount, broker.channelCount]).toEqual([
      0, 0, 0, 0,
    ])
  })

  it('a listener that comes back at once hears what comes next, once', async () => {
    const shared = new SharedBroker()
    const { broker } = shared.admit()
    const [before, after] = [ear(), ear()]
    const left = await broker.subscribe('/a', STREAM, before)
    left.unsubscribe()
    const again = broker.subscribe('/a', STREAM, after)
    shared.memory.publish('/a', [draft('on its way')], { policy: STREAM })
    const { head } = await again
    await broker.publish('/a', [draft('next')], { policy: STREAM })
    expect(before.heard).toEqual([])
    expect(after.heard).toEqual(['next'])
    expect(head).toBe(1)
  })

  it('payloads of any bytes arrive as they are, beside names and keys of any letters', async () => {
    const shared = new SharedBroker()
    const [one, two] = [shared.admit(3), shared.admit(5)]
    const payload = Buffer.from(Uint8Array.from({ length: 70_000 }, (_, i) => i % 256))
    const sent: Draft = { name: 'ü"\\', encoding: 'binary', payload, key: '🔑\n', forClients: false }
    const heard: Entry[] = []
    await two.broker.subscribe(
      '/s',
      { ...STREAM, kind: 'state' },
      { onEntries: (_, all) => heard.push(...all), onBreak() {} },
    )
    await one.broker.publish('/s', [sent], { policy: { ...STREAM, kind: 'state' } })
    await turns()
    const { offset: _offset, timeMs, ...got } = heard[0]!
    expect(got).toEqual(sent)
    expect(timeMs).toBe(shared.clock.wallMs())
  })

  it('readers that ask the same in one breath cost one read', async () => {
    const shared = new SharedBroker()
    const { broker, up } = shared.admit()
    await broker.publish('/a', [draft('1')], { policy: STREAM })
    const before = up.writes
    const query = { limit: 10, maxBytes: 1000 }
    const pages = await Promise.all(Array.from({ length: 1000 }, async () => broker.read('/a', STREAM, query)))
    expect(new Set(pages).size).toBe(1)
    expect(up.writes - before).toBe(1)
  })

  it('a read that is asked after a publish has seen it, also behind the same read', async () => {
    const { broker } = new SharedBroker().admit()
    const query = { limit: 10, maxBytes: 1000 }
    const early = broker.read('/a', STREAM, query)
    await turns(1)
    const published = broker.publish('/a', [draft('1')], { policy: STREAM })
    const late = broker.read('/a', STREAM, query)
    await published
    expect((await early).entries).toEqual([])
    expect((await late).entries).toHaveLength(1)
  })
})

describe('a process that does not read', () => {
  const LIMIT = 20_000
  const big = draft('x'.repeat(1000))

  it('is told a break for each channel once it reads again, and what it was given before is in order', async () => {
    const shared = new SharedBroker(LIMIT)
    const [slow, other] = [shared.admit(), shared.admit()]
    const [stuck, healthy, quiet] = [ear(), ear(), ear()]
    await slow.broker.subscribe('/a', STREAM, stuck)
    await slow.broker.subscribe('/quiet', STREAM, quiet)
    await other.broker.subscribe('/a', STREAM, healthy)
    slow.down.stall()
    for (let i = 0; i < 100; i++) await other.broker.publish('/a', [big], { policy: STREAM })
    expect(slow.down.queuedBytes).toBeLessThanOrEqual(LIMIT)
    expect(healthy.heard).toHaveLength(100)
    slow.down.resume()
    await turns()
    expect(slow.guest.overflows).toBe(1)
    expect(stuck.heard.length).toBeLessThan(20)
    expect(stuck.heard.at(-1)).toBe('<break e1:100>')
    expect(quiet.heard).toEqual([])
    await other.broker.publish('/a', [draft('after')], { policy: STREAM })
    await turns()
    expect(stuck.heard.at(-1)).toBe('after')
  })

  it('loses nothing as long as the queue is not over its limit', async () => {
    const shared = new SharedBroker(LIMIT)
    const [slow, other] = [shared.admit(), shared.admit()]
    const stuck = ear()
    await slow.broker.subscribe('/a', STREAM, stuck)
    slow.down.stall()
    for (let i = 0; i < 15; i++) await other.broker.publish('/a', [big], { policy: STREAM })
    slow.down.resume()
    await turns()
    expect(stuck.heard).toHaveLength(15)
    expect(slow.guest.overflows).toBe(0)
  })
})

describe('a link that is cut', () => {
  it('ends every call with unavailable, and the broker is not ready any more', async () => {
    const { broker, down } = new SharedBroker().admit()
    const calls = [
      broker.publish('/a', [draft('1')], { policy: STREAM }),
      broker.read('/a', STREAM, { limit: 1, maxBytes: 1 }),
      broker.subscribe('/a', STREAM, ear()),
      broker.findPublished('/a', 'k', 'f'),
    ].map(async (call) => call.catch((error: { code: string }) => error.code))
    expect(broker.ready()).toBe(true)
    down.close()
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 4 }, () => 'unavailable'))
    expect(broker.ready()).toBe(false)
    await expect(broker.publish('/a', [draft('1')], { policy: STREAM })).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('frees what the process held of the broker', async () => {
    const shared = new SharedBroker()
    const { broker, up } = shared.admit()
    await broker.subscribe('/a', STREAM, ear())
    up.close()
    expect([shared.host.channelCount, shared.memory.channelCount]).toEqual([0, 0])
  })

  it('an answer that does not come in ten seconds is unavailable', async () => {
    const shared = new SharedBroker()
    const { broker, down } = shared.admit()
    down.stall()
    const publishing = broker
      .publish('/a', [draft('1')], { policy: STREAM })
      .catch((error: { code: string }) => error.code)
    await turns()
    shared.clock.advance(9_999)
    expect(await Promise.race([publishing, turns().then(() => 'waits')])).toBe('waits')
    shared.clock.advance(1)
    expect(await publishing).toBe('unavailable')
  })

  it('bytes that are no frame end the link and are told', async () => {
    const { up, faults, broker } = new SharedBroker().admit()
    up.send(Buffer.from([0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]))
    await turns()
    expect(faults).toHaveLength(1)
    expect(broker.ready()).toBe(false)
  })
})
