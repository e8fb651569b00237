import { expect, test } from 'vitest'
import { HELP, parseOptions } from '../options.ts'
import { toJson, withRowsOf } from '../report/results.ts'
import { resultTable, targetLines } from '../report/table.ts'
import type { Burst } from '../runner/contest.ts'
import { isComplete, isGood, type PeerResult, type RowResult } from '../runner/result.ts'
import { summarizeProfile } from '../runner/profile.ts'
import { spreadOf } from '../runner/spread.ts'
import { rowOf } from './tiny-rows.ts'
import { TRADES_IN_CYCLE } from '../peers/trades.ts'
import { STAMPED, windowPlan } from '../rows/plans.ts'
import { rowChart } from '../report/chart.ts'
import { DIALECTS } from '../runner/dialects.ts'
import { preambleBytes, tradeArrivals } from '../runner/frames.ts'

const burst = (work: number): Burst => ({
  work,
  due: work,
  wireBytes: work * 102,
  faults: 0,
  wallSeconds: 1,
  serverCpuSeconds: 1,
  serverKernelSeconds: 0.5,
  loadCpuSeconds: 0.25,
})

const peer = (name: string, work: readonly number[], changes: Partial<PeerResult> = {}): PeerResult => ({
  peer: name,
  bursts: work.map(burst),
  perCpuSecond: spreadOf(work),
  perWallSecond: spreadOf(work),
  serverBusy: 1,
  loadBusy: 0.25,
  kernelShare: 0.5,
  faults: 0,
  countsAreRight: true,
  loadWasSaturated: false,
  cpuSecondsPerMillion: spreadOf(work.map((each) => 1e6 / each)),
  wireBytesPerMessage: 102,
  latency: undefined,
  ...changes,
})

const result = (peers: readonly PeerResult[]): RowResult => ({
  row: rowOf('echo-pipelined'),
  peers,
  rounds: 2,
  idle: [],
  latencies: [],
  starts: [],
  failed: [],
  absent: [{ peer: 'C control', reason: 'no C compiler (cc) on this machine' }],
  repeated: 0,
})

test('a spread has the middle and both ends, for an odd and an even number of rounds', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
  expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 })
})

test('a ratio is the median of the ratios of each round, not the ratio of the medians', () => {
  const lines = targetLines(result([peer('Hydrant', [900, 2000, 300]), peer('ws', [100, 200, 20])]))
  expect(lines).toEqual(['Wanted: at least 10 × ws. Measured: 10.00, reached.', ''])
})

test('a missed target, an invalid row, a wrong count and a peer that is not measured are said', () => {
  const table = resultTable([
    result([
      peer('Hydrant', [500], {
        loadWasSaturated: true,
        countsAreRight: false,
        faults: 2,
        bursts: [{ ...burst(500), due: 501 }],
      }),
      peer('ws', [100]),
    ]),
  ])
  expect(table).toContain('| Hydrant (**invalid**: load generator saturated) | 500 (500–500) | 5.00 (5.00–5.00) |')
  expect(table).toContain('**no: 500 of 501, 2 faults**')
  expect(table).toContain('| C control | not measured: no C compiler (cc) on this machine |')
  expect(table).toContain('**missed by 5.00**')
})

test('a row is good when nothing in it is wrong: one that falls behind is shown, and is only wrong when it is ours', () => {
  const incomplete = { countsAreRight: false, bursts: [{ ...burst(5), due: 6 }] }
  const [hydrant, ws] = [peer('Hydrant', [5]), peer('ws', [5])]
  const crowd = { ...result([]), row: rowOf('crowd') }
  expect(isGood(result([hydrant, ws]))).toBe(true)
  expect(isGood(result([hydrant, { ...ws, ...incomplete }]))).toBe(false)
  expect(isGood(result([hydrant, { ...ws, loadWasSaturated: true }]))).toBe(false)
  expect(isGood({ ...result([hydrant]), failed: [{ peer: 'ws', reason: 'it ended' }] })).toBe(false)
  expect(isGood({ ...crowd, peers: [hydrant, { ...ws, ...incomplete }] })).toBe(true)
  expect(isGood({ ...crowd, peers: [{ ...hydrant, ...incomplete }, ws] })).toBe(false)
})

test('a publisher that does not get to publish at its rate has not held the load', () => {
  const slow = { countsAreRight: false, bursts: [{ ...burst(5), publishedShare: 0.3 }] }
  expect(isComplete(slow.bursts[0]!)).toBe(false)
  expect(isComplete({ ...burst(5), publishedShare: 0.8 })).toBe(true)
  expect(resultTable([result([peer('ws', [5], slow)])])).toContain('**not held**: 30% of the rate was published')
})

test('a latency row compares the first peer with each other one at the same load', () => {
  const at = (p99: number): Burst => ({ ...burst(100), latency: { count: 1, p50: 500, p99, p999: 9000, max: 9000 } })
  const own = at(4000)
  const measured: RowResult = {
    ...result([]),
    row: rowOf('latency'),
    latencies: [
      {
        peer: 'Hydrant',
        saturation: spreadOf([4000]),
        rounds: [{ perSecond: 2000, own, first: own }],
        countsAreRight: true,
        isHeld: true,
      },
      {
        peer: 'ws',
        saturation: spreadOf([100]),
        rounds: [{ perSecond: 50, own, first: at(1000) }],
        countsAreRight: true,
        isHeld: true,
      },
    ],
  }
  expect(resultTable([measured])).toContain(
    '| ws | 100 (100–100) | 50/s | 0.50 ms | 4.00 ms | 9.00 ms | 1.00 ms | 0.25 (0.25–0.25) | yes |',
  )
  expect(targetLines(measured)[0]).toBe('Wanted: at most 1 × ws, p99. Measured: 0.25, reached.')
})

test('a profile counts self time of the last seconds, without the idle time', () => {
  const frame = (functionName: string, url: string): { functionName: string; url: string; lineNumber: number } => ({
    functionName,
    url,
    lineNumber: 1,
  })
  const profile = summarizeProfile(
    {
      nodes: [
        { id: 1, callFrame: frame('(idle)', '') },
        { id: 2, callFrame: frame('writeBuffer', '') },
        { id: 3, callFrame: frame('serve', 'file:///x/packages/server/src/hub/feed.ts') },
        { id: 4, callFrame: frame('early', 'file:///x/packages/server/src/hydrant.ts') },
      ],
      startTime: 0,
      endTime: 10_000_000,
      samples: [4, 1, 2, 3],
      timeDeltas: [8_000_000, 1_000_000, 750_000, 250_000],
    },
    1.5,
  )
  expect(profile.byPlace).toEqual([
    { name: 'native code and kernel (system calls, libuv, V8)', share: 0.75 },
    { name: '@hydrant/server', share: 0.25 },
  ])
  expect(profile.byFunction[1]).toEqual({ name: 'serve (feed.ts)', share: 0.25 })
})

test('the command line is checked before anything runs', () => {
  expect(parseOptions([])).toEqual({ rounds: 9, seconds: 0.5, rows: [], writes: true })
  expect(parseOptions(['--quick'])).toEqual({ rounds: 2, seconds: 0.3, rows: [], writes: false })
  const chosen = { rounds: 9, seconds: 0.5, rows: ['fan-out', 'chat'] }
  expect(parseOptions(['--rows', 'fan-out,chat'])).toEqual({ ...chosen, writes: false })
  expect(parseOptions(['--rows', 'fan-out', '--rows', 'chat', '--write'])).toEqual({ ...chosen, writes: true })
  expect(parseOptions(['--rows', 'nosuch'])).toMatch(/^--rows: no row "nosuch"; there are echo-pipelined, /)
  expect(parseOptions(['--rounds', '0'])).toBe('--rounds takes a whole number from 1 to 100')
  expect(parseOptions(['--seconds', 'x'])).toBe('--seconds takes a number from 0.1 to 60')
  expect(parseOptions(['--nosuch'])).toMatch(/nosuch/)
  expect(parseOptions(['--help'])).toBe('help')
  expect(HELP).toContain('npm run bench -- --rows fan-out')
})

test('connections that do nothing are compared by their memory', () => {
  const idle = (name: string, rss: number): RowResult['idle'][number] => ({
    peer: name,
    rounds: [{ acceptedPerSecond: 2000, rssBytesPerConnection: rss, heapBytesPerConnection: undefined }],
    rssBytesPerConnection: spreadOf([rss]),
    heapBytesPerConnection: undefined,
    acceptedPerSecond: spreadOf([2000]),
  })
  const measured: RowResult = {
    row: rowOf('idle'),
    rounds: 1,
    peers: [],
    latencies: [],
    starts: [],
    failed: [],
    idle: [idle('Hydrant', 6000), idle('ws', 5000)],
    absent: [],
    repeated: 0,
  }
  expect(resultTable([measured])).toContain('| ws | 5.00 KB (5.00 KB–5.00 KB) |  | 2,000 (2,000–2,000) |')
  expect(targetLines(measured)[0]).toBe('Wanted: bytes of Hydrant at most 4000. Measured: 6000, **missed by 2000**.')
  expect(rowChart(measured)).toContain('>6.0 KB<')
})

test('a piece of every dialect holds the payload once, and the preamble is records', () => {
  for (const dialect of Object.values(DIALECTS)) {
    const { bytes, pieceBytes, hole } = tradeArrivals(windowPlan(1, 1, { shape: STAMPED }), dialect)
    expect(bytes.length).toBe(pieceBytes * TRADES_IN_CYCLE)
    expect(bytes.toString('latin1', hole!.at, hole!.at + hole!.bytes)).toMatch(/^[0-9]{16}$/)
  }
  expect(preambleBytes([{ hear: 2 }, { say: Buffer.from('40'), opcode: 1 }]).toString('hex')).toMatch(
    /^4602000000570800000081824d2e0000791e$/,
  )
})

test('a row that is measured again takes the place of its own and of no other', () => {
  const machine = {
    cpu: 'c',
    cores: 2,
    memoryGiB: 1,
    system: 's',
    date: 'd',
    versions: {},
    loadGenerator: 'l',
    pinning: 'p',
  }
  const profiles = new Map([['echo-pipelined', { byPlace: [], byFunction: [] }]])
  const echo = result([peer('Hydrant', [10])])
  const fanOut = { ...result([peer('Hydrant', [20])]), row: rowOf('fan-out'), repeated: 3 }
  const json = toJson({ rounds: 1, seconds: 1 }, machine, { results: [fanOut, echo], profiles })
  const again = result([peer('Hydrant', [11])])
  const measured = withRowsOf(json, { results: [again], profiles: new Map() })
  expect(measured.results.map(({ row, repeated }) => [row.id, repeated])).toEqual([
    ['echo-pipelined', 0],
    ['fan-out', 3],
  ])
  expect(measured.results[0]!.peers[0]!.perCpuSecond.median).toBe(11)
  expect(resultTable([measured.results[1]!])).toBe(resultTable([fanOut]))
  expect(measured.profiles.has('echo-pipelined')).toBe(false)
})
