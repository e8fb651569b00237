import { describe, expect, it } from 'vitest'
import { connect, type Gap, type SubscribeOptions } from '../src/index.ts'
import { parsePosition } from '../src/position.ts'
import { ModelServer } from './support/model-server.ts'
import { Network } from './support/network.ts'
import { randomFrom } from './support/random.ts'

/** More of them: `FUZZ_RUNS=2000 npx vitest run packages/client/test/delivery.fuzz.test.ts`; one again: `FUZZ_SEED=17`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 150)
const ONLY = process.env['FUZZ_SEED']
const STEPS = 120
const CHANNELS = ['/a', '/b', '/c']

/** What one subscriber saw, and what it may rely on. */
interface Witness {
  readonly channel: string
  readonly kind: 'stream' | 'state'
  readonly what: string
  /** Where it began: messages after this are promised. By epoch. */
  promisedAfter: { epoch: string; offset: number } | undefined
  readonly seen: { epoch: string; offset: number; gap: Gap | undefined }[]
  readonly stop: () => void
  stopped: boolean
}

/** Everything that was ever in a log, by epoch: what the model server remembers of what it no longer holds. */
class Truth {
  readonly published = new Map<string, { offset: number; id: number }[]>()

  add(channel: string, position: string, id: number): void {
    const { epoch, offset } = parsePosition(position)
    const list = this.published.get(`${channel} ${epoch}`) ?? []
    this.published.set(`${channel} ${epoch}`, list)
    list.push({ offset, id })
  }
}

async function run(seed: number): Promise<{ seen: number; faults: number; gaps: number }> {
  const random = randomFrom(seed)
  const draw = (n: number): number => Math.floor(random() * n)
  const server: ModelServer = new ModelServer(() => network.time.nowMs)
  const network = new Network(server, random)
  const truth = new Truth()
  server.log('/c', 'state')
  const api = connect('ws://x', { platform: network.platform })
  const complaints: unknown[] = []
  api.on('error', (error) => complaints.push(error))
  const witnesses: Witness[] = []
  const gaps = new Map<string, Gap[]>(CHANNELS.map((channel) => [channel, []]))
  const handles = CHANNELS.map((channel) => {
    const handle = api.channel(channel)
    handle.on('gap', (gap) => gaps.get(channel)!.push(gap))
    handle.on('error', (error) => complaints.push(error))
    return handle
  })
  let id = 0
  let faults = 0
  const acknowledged: { channel: string; position: string; id: number }[] = []
  const published: Promise<void>[] = []

  function check(witness: Witness): void {
    const { seen, what } = witness
    const last = seen.at(-1)!
    const before = seen.at(-2)
    // Order, and none twice: offsets rise within an epoch, and an epoch that ended does not come back.
    if (before?.epoch === last.epoch) expect(last.offset, what).toBeGreaterThan(before.offset)
    else
      expect(
        seen.slice(0, -1).some(({ epoch }) => epoch === last.epoch),
        what,
      ).toBe(false)
  }

  function begin(index: number): void {
    const channel = CHANNELS[index]!
    const log = server.log(channel)
    const handle = handles[index]!
    const sort = draw(4)
    const note = (position: string, gap: Gap | undefined): void => {
      own.seen.push({ ...parsePosition(position), gap })
      check(own)
    }
    let own!: Witness
    const make = (what: string, stop: () => void): Witness => ({
      channel,
      kind: log.kind,
      what: `seed ${seed}, ${channel}, ${what}`,
      promisedAfter: undefined,
      seen: [],
      stop,
      stopped: false,
    })
    if (sort === 3) {
      const messages = handle.messages({ buffer: 1 + draw(4) })
      own = make('iterator', () => void messages.return())
      void (async () => {
        for await (const { position, gap } of messages) {
          if (own.stopped) return
          note(position, gap)
          // A slow consumer: it asks again only when time has passed.
          if (draw(2) === 0) await new Promise<void>((resolve) => network.time.after(draw(3_000), resolve))
        }
      })()
    } else {
      const since = sort === 2 && log.head > 0 ? `${log.epoch}:${Math.max(0, log.head - draw(6))}` : undefined
      const options: SubscribeOptions = since !== undefined ? { since } : sort === 1 ? { last: draw(5) } : {}
      const subscription = handle.subscribe((_, { position, gap }) => {
        note(position, gap)
        if (draw(10) === 0) throw new Error('listener')
      }, options)
      own = make(JSON.stringify(options), () => subscription.unsubscribe())
      if (since !== undefined) own.promisedAfter = parsePosition(since)
      // Whoever begins with the state is promised all of it, and everybody what comes after the beginning.
      else if (log.kind === 'state' && options.last === undefined) own.promisedAfter = { epoch: log.epoch, offset: 0 }
      else void subscription.ready.then(() => (own.promisedAfter ??= { epoch: log.epoch, offset: log.head }))
    }
    witnesses.push(own)
  }

  for (let i = 0; i < CHANNELS.length; i++) begin(i)
  for (let step = 0; step < STEPS; step++) {
    const index = draw(CHANNELS.length)
    const channel = CHANNELS[index]!
    const log = server.log(channel)
    switch (draw(20)) {
      case 0:
        faults++
        network.socket.end([1006, 1001, 1012, 1013][draw(4)]!)
        break
      case 1:
        faults++
        network.socket.silent = true
        break
      case 2:
        faults++
        log.trim(draw(4))
        server.deliver()
        break
      case 3:
        if (draw(3) > 0) break
        faults++
        log.newEpoch()
        server.deliver()
        break
      case 4:
        server.repeats = !server.repeats
        break
      case 5:
        begin(index)
        break
      case 6: {
        const going = witnesses.filter(({ stopped }) => !stopped)
        const one = going[draw(going.length)]
        if (one === undefined) break
        one.stopped = true
        one.stop()
        break
      }
      case 7:
        faults++
        for (const peer of server.peers) peer.end.send({ push: 'draining', retryAfterMs: draw(5_000) })
        break
      case 8:
        network.see((['online', 'offline', 'visible'] as const)[draw(3)]!)
        break
      case 9:
      case 10: {
        const own = ++id
        published.push(
          handles[index]!.publish({ id: own, key: own % 3 }).then(
            ({ position }) => void acknowledged.push({ channel, position, id: own }),
            (error: unknown) => void complaints.push(error),
          ),
        )
        break
      }
      case 11:
        await network.pass(draw(40_000))
        break
      case 12:
        await network.flush()
        break
      case 13:
        await network.pass(draw(500))
        break
      default: {
        const own = ++id
        truth.add(channel, server.publish(channel, { id: own, key: own % 3 }), own)
        // Half of what is under way arrives, so that faults fall between frames.
        if (draw(2) === 0) for (let i = draw(6); i > 0; i--) network.moveOne(network.socket)
      }
    }
  }
  // Everything heals.
  server.repeats = false
  await network.pass(400_000)
  await Promise.all(published)
  await network.pass(400_000)

  let seen = 0
  for (const each of witnesses) {
    seen += each.seen.length
    if (each.stopped) continue
    const log = server.log(each.channel)
    const have = new Set(each.seen.map(({ epoch, offset }) => `${epoch}:${offset}`))
    // Nothing that the log still holds after the first message, and after every announced gap, is missing.
    const from =
      each.promisedAfter?.epoch === log.epoch
        ? each.promisedAfter.offset
        : each.seen.find(({ epoch }) => epoch === log.epoch)?.offset
    if (from === undefined) continue
    const lost = (offset: number): boolean =>
      gaps.get(each.channel)!.some((gap) => {
        const to = parsePosition(gap.to)
        const start = parsePosition(gap.from)
        return to.epoch === log.epoch && offset <= to.offset && (start.epoch !== to.epoch || offset > start.offset)
      })
    const due = log.kind === 'state' ? log.after(from) : log.entries.filter(({ offset }) => offset > from)
    for (const { offset } of due) {
      expect(
        have.has(`${log.epoch}:${offset}`) || lost(offset),
        `${each.what}: ${log.epoch}:${offset} is silently missing`,
      ).toBe(true)
    }
    // Whoever is told nothing of a gap has all that was in between, also what the log holds no more.
    if (log.kind === 'stream') {
      const current = each.seen.filter(({ epoch }) => epoch === log.epoch)
      for (let i = 1; i < current.length; i++) {
        for (let offset = current[i - 1]!.offset + 1; offset < current[i]!.offset; offset++) {
          expect(lost(offset), `${each.what}: ${log.epoch}:${offset} was skipped without a gap`).toBe(true)
          expect(current[i]!.gap, `${each.what}: the message after a gap says so`).toBeDefined()
        }
      }
    }
  }
  // Each acknowledged publish is in its log once.
  for (const { channel, position, id: own } of acknowledged) {
    const { epoch, offset } = parsePosition(position)
    const log = server.log(channel)
    if (epoch !== log.epoch) continue
    const copies = log.entries.filter(({ data }) => (data as { id: number }).id === own)
    expect(
      copies.every((entry) => entry.offset === offset),
      `seed ${seed}: ${position} was published twice`,
    ).toBe(true)
    expect(copies.length, `seed ${seed}: ${position} twice`).toBeLessThanOrEqual(1)
  }
  const unexpected = complaints.filter(
    (error) => !['listener-failed', 'timeout', 'outcome-unknown'].includes((error as { code: string }).code),
  )
  expect(unexpected, `seed ${seed}`).toEqual([])
  api.close()
  await network.flush()
  expect(network.time.pending, `seed ${seed}: timers left`).toBeLessThanOrEqual(0)
  return { seen, faults, gaps: [...gaps.values()].flat().length }
}

describe('[6.3] [3.8] delivery under faults', () => {
  it(
    `${RUNS} random runs: order, none twice, none silently missing, published once`,
    { timeout: 120_000 },
    async () => {
      const first = ONLY === undefined ? Date.now() % 1_000_000 : Number(ONLY)
      const total = { seen: 0, faults: 0, gaps: 0 }
      for (let seed = first; seed < first + (ONLY === undefined ? RUNS : 1); seed++) {
        const result = await run(seed)
        total.seen += result.seen
        total.faults += result.faults
        total.gaps += result.gaps
      }
      console.log(`seeds from ${first}: ${total.seen} messages seen, ${total.faults} faults, ${total.gaps} gaps told`)
      expect(total.seen).toBeGreaterThan(ONLY === undefined ? RUNS * 20 : 0)
    },
  )
})
