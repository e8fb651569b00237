import { measuredFor, type RowResult } from '../runner/result.ts'
import type { Profile } from '../runner/profile.ts'
import type { Machine } from './machine.ts'

/** Everything a run measured, for programs. */
export function toJson(
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  machine: Machine,
  results: readonly RowResult[],
  profiles: ReadonlyMap<string, Profile>,
): string {
  const rows = results.map((result) => ({
    id: result.row.id,
    title: result.row.title,
    connections: result.row.connections,
    rounds: result.rounds,
    work: result.row.work,
    targets: result.row.targets.map((target) => ({
      ...target,
      measured: measuredFor(result, target),
    })),
    peers: result.peers,
    idle: result.idle,
    latencies: result.latencies,
    starts: result.starts,
    absent: result.absent,
    failed: result.failed,
    repeatedBursts: result.repeated,
    profile: profiles.get(result.row.id),
  }))
  return `${JSON.stringify({ rounds, seconds, machine, rows }, null, 2)}\n`
}
