import { type Broker, type LogPage, MemoryBroker } from '@hydrant/server'
import { type Feed, type FeedHold, Hub, Turn } from '@hydrant/server/internal'
import type { SeededRandom } from '../random.ts'
import type { VirtualClock } from '../virtual-clock.ts'

/** Mistakes that a server can make; a test makes each on purpose and expects the proof to find it. */
export type ServerBug = 'skips-the-seam' | 'hides-trimmed-history'

export const POLICY = { kind: 'stream', maxMessages: 60, maxAgeMs: 120_000 } as const

/** One life of a server, in memory: its log, its hub, and nothing that outlives it. */
export class SimulatedServer {
  readonly broker: Broker
  readonly #hub: Hub
  readonly #bug: ServerBug | undefined

  constructor(clock: VirtualClock, random: SeededRandom, life: number, bug: ServerBug | undefined) {
    const memory = new MemoryBroker({ clock, epoch: `e${life}` })
    this.broker = answersLate(memory, clock, random, bug)
    this.#hub = new Hub(
      this.broker,
      new Turn(clock, { slice: random.pick([{ ms: 0, stride: 1 }, { ms: 0, stride: 3 }, {}]) }),
      clock,
    )
    this.#bug = bug
  }

  async hold(channel: string): Promise<FeedHold> {
    const hold = await this.#hub.hold(channel, POLICY)
    if (this.#bug !== 'skips-the-seam') return hold
    return { feed: believedCaughtUp(hold.feed), release: () => hold.release() }
  }
}

/** A broker across a network: an answer is as old as the question when it arrives. */
function answersLate(
  broker: MemoryBroker,
  clock: VirtualClock,
  random: SeededRandom,
  bug: ServerBug | undefined,
): Broker {
  return {
    publish: (...args) => broker.publish(...args),
    findPublished: (...args) => broker.findPublished(...args),
    subscribe: (...args) => broker.subscribe(...args),
    ready: () => true,
    close: () => broker.close(),
    read(...args): Promise<LogPage> | LogPage {
      const page = broker.read(...args)
      const { gap: _gap, ...silent } = page
      const answer = bug === 'hides-trimmed-history' ? silent : page
      if (random.chance(0.3)) return answer
      return new Promise((resolve) => clock.after(random.below(20), () => resolve(answer)))
    },
  }
}

/** The live end as a reader would see it that joins without asking whether something came while it read. */
function believedCaughtUp(feed: Feed): Feed {
  return new Proxy(feed, {
    get(target, name) {
      if (name === 'received') return 0
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value
    },
  })
}
