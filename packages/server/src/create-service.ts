import { randomBytes, randomFillSync } from 'node:crypto'
import type { Contract } from '@hydrant/contract'
import { MemoryBroker } from './broker/memory-broker.ts'
import { Guard } from './guard/guard.ts'
import { Origins } from './guard/origins.ts'
import { Revocation } from './guard/revocation.ts'
import { Hub } from './hub/hub.ts'
import { PROTOCOL_LIMITS } from '@hydrant/protocol'
import { Observer } from './observe/observer.ts'
import type { HydrantOptions } from './options.ts'
import type { Handlers } from './publish/handlers.ts'
import { Presence } from './presence/presence.ts'
import { Publisher } from './publish/publisher.ts'
import { Requests } from './requests/requests.ts'
import { systemClock } from './runtime/clock.ts'
import { Turn } from './runtime/turn.ts'
import type { Service } from './service.ts'
import { Deadlines } from './transport/deadlines.ts'
import { OpenTransports } from './transport/open-transports.ts'

const MAX_BATCH_BYTES = 1024 * 1024
const MAX_BATCH_MESSAGES = 1000

/** Puts the parts together: the one place where defaults become things. */
export function createService(contract: Contract, handlers: Handlers, options: HydrantOptions): Service {
  const clock = options.clock ?? systemClock
  const maxMessageBytes = options.maxMessageBytes ?? 65_536
  const broker = options.broker ?? new MemoryBroker({ clock, epoch: randomBytes(5).toString('hex') })
  const turn = new Turn(clock)
  const observer = new Observer(contract, clock)
  const transports = new OpenTransports()
  const onFault = options.onFault ?? ((error: unknown): void => console.error(error))
  return {
    contract,
    broker,
    hub: new Hub(broker, turn, clock),
    publisher: new Publisher({ broker, handlers, observer, clock, maxMessageBytes }),
    observer,
    requests: new Requests(),
    presence: new Presence(clock, PROTOCOL_LIMITS.presenceMembers),
    clock,
    turn,
    deadlines: new Deadlines(clock),
    transports,
    origins: new Origins(options.allowedOrigins ?? []),
    guard: new Guard({ clock, contract, authenticate: options.authenticate, authenticators: [], onFault }),
    revocation: new Revocation(clock, transports),
    limits: {
      maxMessageBytes,
      maxBatchBytes: Math.max(MAX_BATCH_BYTES, maxMessageBytes),
      maxBatchMessages: MAX_BATCH_MESSAGES,
      maxQueuedBytes: options.maxQueuedBytes ?? 1024 * 1024,
    },
    wireLimits: { ...options.wireLimits, maxMessageBytes },
    deflate: options.deflate ?? false,
    random: (bytes) => void randomFillSync(bytes),
    onFault,
  }
}
