import { cpuUsage, memoryUsage } from 'node:process'
import type { ConnectionMeter } from '../../observe/meters/connection-meter.ts'
import type { Service } from '../../service.ts'
import type { OpenTransport } from '../../transport/open-transports.ts'
import { CountersSince } from './counters.ts'
import type { ConnectionFacts, Report, ReportCall } from './report.ts'

/** Tells what a worker does since it was asked before. */
export class Reporter {
  readonly #service: Service
  readonly #counters = new CountersSince()
  #known: ReadonlySet<ConnectionMeter> = new Set()

  constructor(service: Service) {
    this.#service = service
  }

  report({ full }: ReportCall): Report {
    const { observer, transports, hub } = this.#service
    const open = new Set([...transports.all()].map(({ meter }) => meter))
    const opened = [...open].filter((meter) => !this.#known.has(meter))
    const closed = [...this.#known].filter((meter) => !open.has(meter))
    this.#known = open
    const { rss, heapUsed } = memoryUsage()
    const { user, system } = cpuUsage()
    return {
      counters: this.#counters.take(observer),
      opened: opened.map(({ connection: id, door, remote, openedMs, software }) => ({
        id,
        door,
        remote,
        openedMs,
        software,
      })),
      closed: closed.map(({ connection }) => connection),
      process: { rssBytes: rss, heapUsedBytes: heapUsed, cpuSeconds: (user + system) / 1e6 },
      ...(full
        ? {
            full: {
              connections: transports.all().map(connectionFacts),
              feeds: [...hub.feeds()].map(
                (feed) => [feed.address, feed.memberCount, feed.epoch, feed.received] as const,
              ),
            },
          }
        : {}),
    }
  }
}

function connectionFacts(transport: OpenTransport): ConnectionFacts {
  const { meter, principal, session } = transport
  return {
    id: meter.connection,
    principal: principal.id,
    session,
    bytesIn: meter.bytesIn,
    bytesOut: meter.bytesOut,
    queuedBytes: meter.queue?.queuedBytes ?? 0,
    messagesIn: meter.messagesIn,
    messagesOut: transport.messagesOut(),
    following: [...transport.following()].map(
      ({ address, lag, state, position }) => [address, lag, state, position.epoch, position.offset] as const,
    ),
  }
}
