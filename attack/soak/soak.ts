import { setTimeout as sleep } from 'node:timers/promises'
import { HonestClients, type Honesty } from '../kit/honest.ts'
import { ask } from '../kit/http.ts'
import type { ServerKind } from '../servers/kinds.ts'
import { Crowd } from './crowd.ts'
import { type Course, courseOf, isFlat, type Sample, type Slope, slopeOf } from './slope.ts'

const MIB = 2 ** 20
const TICKS_PER_SECOND = 2
/** Before what is measured, of its length: code is compiled, histories fill for two minutes, and the allocators' pools for longer. Drawn, but no line goes through it. */
const WARM_UP_SHARE = 0.5
/** A forced collection this often tells what is really held. */
const HELD_EVERY_SECONDS = 5

export interface SoakOptions {
  readonly minutes: number
  readonly connections: number
  /** Of the connections, replaced each minute. */
  readonly churnShare: number
  readonly onProgress: (line: string) => void
}

export interface SoakResult {
  readonly minutes: number
  readonly connections: number
  readonly churnShare: number
  readonly warmUpSeconds: number
  /** MiB, every second. */
  readonly rss: readonly Sample[]
  /** What V8 has asked the system for: the heap with its free pages. */
  readonly heapTotal: readonly Sample[]
  /** Heap in use and buffers, with garbage. */
  readonly heap: readonly Sample[]
  /** Buffers and what else the heap refers to outside. */
  readonly external: readonly Sample[]
  /** MiB after a collection, every five seconds. */
  readonly held: readonly Sample[]
  /** Resident memory less what V8 has asked for: buffers, native code, the allocators' pools. */
  readonly outside: readonly Sample[]
  readonly slopes: { readonly rss: Slope; readonly heapTotal: Slope; readonly outside: Slope; readonly held: Slope }
  /** Half by half. */
  readonly courses: { readonly rss: Course; readonly outside: Course }
  readonly honest: Honesty
  readonly counts: Readonly<Record<string, number>>
  readonly death: string | undefined
  readonly faults: readonly string[]
  readonly passed: boolean
  readonly summary: readonly string[]
}

/** Runs it to its end. Bounded: the time given, and the time to open the connections. */
export async function soak(kind: ServerKind, options: SoakOptions): Promise<SoakResult> {
  const { minutes, connections, churnShare, onProgress } = options
  await using server = await kind.start()
  await using honestClients = await HonestClients.open(server.port, kind.path)
  const crowd = new Crowd(server.port, connections)
  const opensUntil = performance.now() + 120_000
  while (crowd.size < connections * 0.98 && performance.now() < opensUntil) {
    crowd.fill(100)
    crowd.act(performance.now())
    await sleep(50)
  }
  onProgress(`${crowd.size} connections open`)

  const rss: Sample[] = []
  const heapTotal: Sample[] = []
  const heap: Sample[] = []
  const external: Sample[] = []
  const held: Sample[] = []
  let ticks = 0
  const alreadyPrinted = server.output.length
  const startedMs = performance.now()
  await honestClients.seen()
  for (
    let step = 0;
    performance.now() - startedMs < minutes * (1 + WARM_UP_SHARE) * 60_000 && server.death === undefined;
    step++
  ) {
    const nowMs = performance.now()
    crowd.act(nowMs)
    crowd.fill(50)
    // A tenth of a second each: what is due in a second is spread over ten steps.
    if (step % (10 / TICKS_PER_SECOND) === 0) {
      void ask(server.port, 'POST', '/ticks', JSON.stringify({ n: ticks++ }), { 'Content-Type': 'application/json' })
    }
    if (step % 10 === 0) {
      crowd.churn(Math.round((connections * churnShare) / 60))
      const seconds = (nowMs - startedMs) / 1_000
      const usage = await server.usage()
      rss.push({ seconds, value: server.rssBytes / MIB })
      heapTotal.push({ seconds, value: usage.heapTotal / MIB })
      heap.push({ seconds, value: (usage.heapUsed + usage.external) / MIB })
      external.push({ seconds, value: usage.external / MIB })
      if (step % (10 * HELD_EVERY_SECONDS) === 0) held.push({ seconds, value: (await server.heldBytes()) / MIB })
      if (step % 300 === 0)
        onProgress(
          `${Math.round(seconds)} s: ${crowd.size} open, RSS ${rss.at(-1)!.value.toFixed(0)} MiB, V8 ${heapTotal.at(-1)!.value.toFixed(0)}, buffers ${external.at(-1)!.value.toFixed(0)}, held ${held.at(-1)!.value.toFixed(1)} MiB`,
        )
    }
    await sleep(Math.max(0, startedMs + (step + 1) * 100 - performance.now()))
  }
  const honest = await honestClients.seen()
  const { death } = server
  const faults = server.output
    .slice(alreadyPrinted)
    .split('\n')
    .filter((line) => /fault|unhandled|warning/i.test(line))
  const counts = {
    opened: crowd.opened,
    'hostile cut': crowd.hostileCuts,
    'honest cut': crowd.honestCuts,
    ...crowd.honestCutsBy,
    refused: crowd.refused,
    ticks,
  }
  crowd.close()

  const warmUpSeconds = minutes * 60 * WARM_UP_SHARE
  // Tells what V8 keeps for itself from everything else: what leaks in its heap is in `held`.
  const outside = rss.map(({ seconds, value }, i) => ({ seconds, value: value - heapTotal[i]!.value }))
  const slopes = {
    rss: slopeOf(after(rss, warmUpSeconds)),
    heapTotal: slopeOf(after(heapTotal, warmUpSeconds)),
    outside: slopeOf(after(outside, warmUpSeconds)),
    held: slopeOf(after(held, warmUpSeconds)),
  }
  const courses = { rss: courseOf(after(rss, warmUpSeconds)), outside: courseOf(after(outside, warmUpSeconds)) }
  const passed =
    death === undefined &&
    faults.length === 0 &&
    isFlat(slopes.held) &&
    courses.outside.verdict !== 'GROWS' &&
    courses.rss.verdict !== 'GROWS' &&
    counts['honest cut'] === 0 &&
    honest.lost === 0
  const told = ({ perMinute, errorPerMinute }: Slope): string =>
    `${perMinute.toFixed(3)} ± ${(2 * errorPerMinute).toFixed(3)} MiB a minute`
  const line = (name: string, slope: Slope, verdict: string): string =>
    `${name}: ${slope.mean.toFixed(1)} MiB, slope ${told(slope)}: ${verdict}`
  const summary = [
    `${minutes} minutes, ${connections} connections, ${Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}`,
    line('held after a collection', slopes.held, isFlat(slopes.held) ? 'zero within noise' : 'GROWS'),
    line("resident outside V8's heap", slopes.outside, courses.outside.verdict),
    line('resident in all', slopes.rss, courses.rss.verdict),
    `  in the first half ${told(courses.rss.first)}, in the second ${told(courses.rss.second)}; V8 asked for ${told(slopes.heapTotal)}`,
    `honest ping: p50 ${honest.p50Ms.toFixed(1)} ms, p99 ${honest.p99Ms.toFixed(1)} ms, longest ${honest.maxMs.toFixed(0)} ms, ${honest.lost} cut`,
    `process: ${death ?? 'alive'}; faults, unhandled rejections and warnings: ${faults.length}`,
  ]
  return {
    minutes,
    connections,
    churnShare,
    warmUpSeconds,
    rss,
    heapTotal,
    heap,
    external,
    held,
    outside,
    slopes,
    courses,
    honest,
    counts,
    death,
    faults,
    passed,
    summary,
  }
}

function after(samples: readonly Sample[], seconds: number): Sample[] {
  return samples.filter((sample) => sample.seconds >= seconds)
}
