import { measuredFor, type RowResult } from '../runner/result.ts'
import type { Profile } from '../runner/profile.ts'
import { ROWS } from '../rows/rows.ts'
import type { Machine } from './machine.ts'

/** What was measured, row by row in the order of the table of rows. */
export interface Measured {
  readonly results: readonly RowResult[]
  readonly profiles: ReadonlyMap<string, Profile>
}

/** Everything that was measured, for programs, and to be read again by {@link withRowsOf}. */
export function toJson(
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  machine: Machine,
  { results, profiles }: Measured,
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

/** What was measured now, and from `json`, a file of {@link toJson}, the rows that were not. Rows that are no more are left out. */
export function withRowsOf(json: string, measured: Measured): Measured {
  const stored = (JSON.parse(json) as { rows: readonly StoredRow[] }).rows
  const results: RowResult[] = []
  const profiles = new Map(measured.profiles)
  for (const row of ROWS) {
    const now = measured.results.find((result) => result.row.id === row.id)
    const before = stored.find(({ id }) => id === row.id)
    if (now !== undefined) results.push(now)
    else if (before !== undefined) {
      results.push({ ...before, row, repeated: before.repeatedBursts })
      if (before.profile !== undefined) profiles.set(row.id, before.profile)
    }
  }
  return { results, profiles }
}

interface StoredRow extends Omit<RowResult, 'row' | 'repeated'> {
  readonly id: string
  readonly repeatedBursts: number
  readonly profile?: Profile
}
