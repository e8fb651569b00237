import { VirtualClock } from '@hydrant/testkit'
import { MemoryBroker } from '../../src/broker/memory-broker.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { type BrokerGuest, BrokerHost } from '../../src/workers/broker/broker-host.ts'
import type { BreakNote } from '../../src/workers/broker/calls.ts'
import { RemoteBroker } from '../../src/workers/broker/remote-broker.ts'
import { Peer } from '../../src/workers/link/peer.ts'
import { type MemoryLink, memoryLinks } from './memory-link.ts'

/** Virtual time; turns end with those of the test's own event loop, so that nobody has to flush them. */
export class TurningClock extends VirtualClock {
  override endOfTurn(run: () => void): void {
    setImmediate(run)
  }
}

/** One process of several that share a broker. */
export interface Process {
  readonly broker: RemoteBroker
  /** From the host to this process, and back. */
  readonly down: MemoryLink
  readonly up: MemoryLink
  readonly guest: BrokerGuest
  readonly faults: unknown[]
}

/** A broker in memory and what other processes need to use it. */
export class SharedBroker {
  readonly clock: TurningClock = new TurningClock()
  readonly memory: MemoryBroker = new MemoryBroker({ clock: this.clock, epoch: 'e1' })
  readonly host: BrokerHost
  constructor(maxQueuedBytes?: number) {
    this.host = new BrokerHost({ broker: this.memory, maxQueuedBytes })
  }

  /** A process that has come. What goes over its link is cut into pieces of so many bytes. */
  admit(pieceBytes?: number): Process {
    const { near: down, far: up } = memoryLinks(pieceBytes)
    const faults: unknown[] = []
    const clock: Clock = this.clock
    const guest: BrokerGuest = this.host.admit(
      new Peer(down, clock, {
        call: (name, args, body) => guest.call(name, args, body),
        note: (_name, args) => guest.unsubscribe((args as [number])[0]),
        drained: () => guest.drained(),
        closed: () => guest.close(),
        onFault: (error) => faults.push(error),
      }),
    )
    const broker: RemoteBroker = new RemoteBroker(
      new Peer(up, clock, {
        call: () => undefined,
        note: (_name, args) => broker.onBreak(args as BreakNote),
        entries: (frame) => broker.onEntries(frame),
        closed() {},
        onFault: (error) => faults.push(error),
      }),
    )
    return { broker, down, up, guest, faults }
  }
}
