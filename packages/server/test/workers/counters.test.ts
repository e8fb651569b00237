import { describe, expect, it } from 'vitest'
import type { MetricSnapshot } from '../../src/observe/metrics/snapshot.ts'
import type { Service } from '../../src/service.ts'
import { addCounters, CountersSince } from '../../src/workers/report/counters.ts'
import { getJson, post } from '../api.ts'
import { doorsOf, serviceOf } from '../observe/service.ts'
import { openSocket } from '../socket-client.ts'

/** Counters and histograms of ours; what is open and what the process is are told in other ways. */
async function counted(service: Service): Promise<MetricSnapshot[]> {
  const metrics = await service.metrics.read()
  return metrics.filter(({ name, type }) => name.startsWith('hydrant_') && type !== 'gauge')
}

/** Sums of durations depend on the order of their parts in the last digits. */
function rounded(metrics: readonly MetricSnapshot[]): unknown {
  return JSON.parse(
    JSON.stringify(metrics, (_key, value: unknown) => (typeof value === 'number' ? value.toFixed(9) : value)),
  )
}

describe('what a worker has counted', () => {
  it('is in the metrics of its primary as in its own, told in several reports or in one', async () => {
    const worker = serviceOf({ insecureNoAuthentication: true })
    const [often, once] = [serviceOf({ insecureNoAuthentication: true }), serviceOf({ insecureNoAuthentication: true })]
    const since = new CountersSince()
    await using doors = await doorsOf(worker)
    for (let i = 0; i < 3; i++) {
      using socket = await openSocket(`${doors.wsUrl}/short`)
      await post(`${doors.url}/short`, String(i))
      await post(`${doors.url}/prices/AAPL`, { price: 'x' })
      await getJson(`${doors.url}/prices/AAPL`)
      await openSocket(`${doors.wsUrl}/nowhere`).catch(() => {})
      await socket.next()
      worker.observer.limitHit('max-message')
      worker.observer.channel({ address: '/short' }).readers.socket.gaps['slow-consumer']++
      addCounters(often.observer, since.take(worker.observer))
    }
    addCounters(often.observer, since.take(worker.observer))
    addCounters(once.observer, new CountersSince().take(worker.observer))
    const own = await counted(worker)
    expect(own.flatMap(({ points }) => points).length).toBeGreaterThan(20)
    expect(rounded(await counted(once))).toEqual(rounded(own))
    expect(rounded(await counted(often))).toEqual(rounded(own))
  })

  it('costs nothing to tell again while nothing happens', () => {
    const service = serviceOf({ insecureNoAuthentication: true })
    const since = new CountersSince()
    service.observer.limitHit('max-message')
    expect(since.take(service.observer)).toEqual([['count\tlimitHits\tmax-message', 1]])
    expect(since.take(service.observer)).toEqual([])
  })
})
