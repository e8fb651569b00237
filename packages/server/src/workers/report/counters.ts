import type { Counts } from '../../observe/meters/counts.ts'
import type { ChannelMeter } from '../../observe/meters/channel-meter.ts'
import type { Histogram } from '../../observe/meters/histogram.ts'
import { HTTP_DOORS } from '../../observe/meters/http-meter.ts'
import { DOORS } from '../../observe/door.ts'
import type { Observer } from '../../observe/observer.ts'

/** By how much a counter has grown since the last report. Names are made of words with tabs between them. */
export type Increment = readonly [name: string, by: number]

const COUNTS = ['handshakes', 'endings', 'denials', 'limitHits'] as const
const DURATIONS = ['validation', 'append', 'delivery'] as const
const FLOW = ['messages', 'bytes'] as const
const READER = ['subscriptions', 'messages', 'bytes', 'conflated', 'dropped', 'resumed', 'resumedWithGap'] as const

/** What an observer has counted since it was asked before: a few numbers where little happens, whatever the contract's size. */
export class CountersSince {
  readonly #last = new Map<string, number>()

  take(observer: Observer): Increment[] {
    const increments: Increment[] = []
    each(observer, (name, value) => {
      const by = value - (this.#last.get(name) ?? 0)
      if (by === 0) return
      this.#last.set(name, value)
      increments.push([name, by])
    })
    return increments
  }
}

/** Adds what another process has counted. */
export function addCounters(observer: Observer, increments: readonly Increment[]): void {
  for (const [name, by] of increments) {
    const [kind = '', subject = '', ...rest] = name.split('\t')
    switch (kind) {
      case 'count':
        observer[subject as (typeof COUNTS)[number]].add(rest[0]!, by)
        break
      case 'wire':
        observer.closedTotals[subject as 'sse'][rest[0] as 'bytesIn'] += by
        break
      case 'http':
        observer.http[subject as 'http'].add(rest[0]!, rest[1]!, by)
        break
      case 'http-duration':
        addDuration(observer.http[subject as 'http'].duration, rest[0]!, by)
        break
      case 'channel':
        addToChannel(observer.channel({ address: subject }), rest, by)
        break
    }
  }
}

function each(observer: Observer, tell: (name: string, value: number) => void): void {
  for (const kind of COUNTS) eachCount(observer[kind], `count\t${kind}`, tell)
  for (const door of DOORS) {
    let { bytesIn, bytesOut } = observer.closedTotals[door]
    for (const connection of observer.connections) {
      if (connection.door !== door) continue
      bytesIn += connection.bytesIn
      bytesOut += connection.bytesOut
    }
    tell(`wire\t${door}\tbytesIn`, bytesIn)
    tell(`wire\t${door}\tbytesOut`, bytesOut)
  }
  for (const door of HTTP_DOORS) {
    for (const { method, status, count } of observer.http[door].entries())
      tell(`http\t${door}\t${method}\t${status}`, count)
    eachDuration(observer.http[door].duration, `http-duration\t${door}`, tell)
  }
  for (const meter of observer.channels) eachOfChannel(meter, tell)
}

function eachOfChannel(meter: ChannelMeter, tell: (name: string, value: number) => void): void {
  const name = `channel\t${meter.template}`
  for (const door of DOORS) {
    for (const field of FLOW) tell(`${name}\tpublished\t${door}\t${field}`, meter.published[door][field])
    const reader = meter.readers[door]
    for (const field of READER) tell(`${name}\treaders\t${door}\t${field}`, reader[field])
    for (const [reason, count] of Object.entries(reader.gaps)) tell(`${name}\tgaps\t${door}\t${reason}`, count)
  }
  eachCount(meter.refused, `${name}\trefused`, tell)
  for (const duration of DURATIONS) eachDuration(meter[duration], `${name}\tduration\t${duration}`, tell)
}

function eachCount(counts: Counts, name: string, tell: (name: string, value: number) => void): void {
  for (const [key, count] of counts.entries()) tell(`${name}\t${key}`, count)
}

function eachDuration(histogram: Histogram, name: string, tell: (name: string, value: number) => void): void {
  if (histogram.count === 0) return
  tell(`${name}\tsumMs`, histogram.sumMs)
  for (const [bucket, count] of histogram.buckets()) tell(`${name}\t${bucket}`, count)
}

function addToChannel(meter: ChannelMeter, [kind = '', subject, field]: string[], by: number): void {
  switch (kind) {
    case 'published':
      meter.published[subject as 'http'][field as 'messages'] += by
      break
    case 'readers':
      meter.readers[subject as 'http'][field as 'messages'] += by
      break
    case 'gaps':
      meter.readers[subject as 'http'].gaps[field as 'slow-consumer'] += by
      break
    case 'refused':
      meter.refused.add(subject!, by)
      break
    case 'duration':
      addDuration(meter[subject as 'append'], field!, by)
      break
  }
}

function addDuration(histogram: Histogram, field: string, by: number): void {
  if (field === 'sumMs') histogram.sumMs += by
  else histogram.addBucket(Number(field), by)
}
