import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Contestant } from './contest.ts'
import type { Peer } from './peers.ts'
import type { Row } from '../rows/row.ts'
import { BENCH, type Workspace } from './workspace.ts'

/** Where a server's time goes, from `node --cpu-prof`. Shares of the time that it was not idle. */
export interface Profile {
  readonly byPlace: readonly Share[]
  readonly byFunction: readonly Share[]
}

export interface Share {
  readonly name: string
  readonly share: number
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly endTime: number
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
  readonly startTime: number
}

const WARM_UP_SECONDS = 0.5
const MOST_FUNCTIONS = 8

/** Runs the peer once more under `--cpu-prof` and looks at the last burst. */
export async function profilePeer(workspace: Workspace, row: Row, peer: Peer, seconds: number): Promise<Profile> {
  const folder = join(workspace.folder, 'profile')
  rmSync(folder, { recursive: true, force: true })
  {
    const nodeFlags = ['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${folder}`]
    await using contestant = await Contestant.start(workspace, row, peer, { nodeFlags })
    await contestant.burst(WARM_UP_SECONDS)
    await contestant.burst(seconds)
  }
  const [file] = readdirSync(folder)
  return summarizeProfile(JSON.parse(readFileSync(join(folder, file!), 'utf8')) as CpuProfile, seconds)
}

/** Self time of the last `seconds` by place and by function. */
export function summarizeProfile(profile: CpuProfile, seconds: number): Profile {
  const from = profile.endTime - seconds * 1e6
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]))
  const places = new Map<string, number>()
  const functions = new Map<string, number>()
  let total = 0
  let at = profile.startTime
  for (const [i, delta] of profile.timeDeltas.entries()) {
    at += delta
    const frame = frames.get(profile.samples[i]!)!
    if (at < from || frame.functionName === '(idle)') continue
    total += delta
    add(places, placeOf(frame.url, frame.functionName), delta)
    add(functions, functionOf(frame), delta)
  }
  return { byPlace: shares(places, total), byFunction: shares(functions, total).slice(0, MOST_FUNCTIONS) }
}

function placeOf(url: string, name: string): string {
  const own = /\/packages\/(wire|contract|server)\//.exec(url)
  if (own !== null) return `@hydrant/${own[1]}`
  const dependency = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)
  if (dependency !== null) return dependency[1]!
  if (url.startsWith(new URL(`file://${BENCH}`).href)) return 'the bench itself'
  if (url.startsWith('node:')) return "Node's JavaScript (streams, net, timers)"
  if (name === '(garbage collector)') return 'garbage collector'
  return 'native code and kernel (system calls, libuv, V8)'
}

function functionOf(frame: { functionName: string; url: string }): string {
  const file = frame.url.split('/').at(-1) ?? ''
  const name = frame.functionName === '' ? 'anonymous' : frame.functionName
  return file === '' ? name : `${name} (${frame.url.startsWith('node:') ? frame.url : file})`
}

function add(sums: Map<string, number>, key: string, amount: number): void {
  sums.set(key, (sums.get(key) ?? 0) + amount)
}

function shares(sums: ReadonlyMap<string, number>, total: number): Share[] {
  return [...sums].map(([name, sum]) => ({ name, share: sum / total })).toSorted((a, b) => b.share - a.share)
}
