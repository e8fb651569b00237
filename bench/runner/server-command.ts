import { join } from 'node:path'
import type { ServerPlan } from '../peers/plan.ts'
import type { Row } from '../rows/row.ts'
import { BUN } from './availability.ts'
import { DIALECTS } from './dialects.ts'
import { tradeArrivals } from './frames.ts'
import type { Peer } from './peers.ts'
import { BENCH, type Workspace } from './workspace.ts'

/** An idle row publishes nothing, but its servers are those of the fan-out rows. */
export const NO_PLAN: ServerPlan = { pace: { kind: 'rate', perSecond: 1 }, shape: { bytes: 100, isStamped: false } }

/** How a peer's server is started for a row. */
export function serverCommand(workspace: Workspace, row: Row, peer: Peer, nodeFlags: readonly string[]): string[] {
  const { server } = peer
  if (server === 'control') return controlCommand(workspace, row)
  const plan = row.work.kind === 'echo' ? [] : [JSON.stringify(planFor(workspace, row))]
  const node = [process.execPath, '--conditions=@hydrant/source', '--expose-gc', ...nodeFlags]
  if ('broker' in server) {
    return [...node, join(BENCH, 'peers', 'broker.ts'), server.broker, String(workspace.cores.server ?? 'any'), ...plan]
  }
  const { script, args = [], runtime } = server
  return [...(runtime === 'bun' ? [BUN] : node), join(BENCH, 'peers', script), ...args, ...plan]
}

function planFor(workspace: Workspace, { work }: Row): ServerPlan {
  if (!('plan' in work)) return NO_PLAN
  return work.plan.isTls === true ? { ...work.plan, certificate: workspace.certificate() } : work.plan
}

function controlCommand(workspace: Workspace, row: Row): string[] {
  if ('missing' in workspace.control) throw new Error(workspace.control.missing)
  const { path } = workspace.control
  if (row.work.kind === 'echo') return [path, 'echo']
  if (row.work.kind !== 'fan-out' && row.work.kind !== 'latency') throw new Error(`the control has no ${row.work.kind}`)
  const { plan } = row.work
  const { bytes, hole, pieceBytes } = tradeArrivals(plan, DIALECTS.bare)
  const file = workspace.file(`control-${row.id}.stream`, bytes)
  const { pace, shape } = plan
  const [perTurn, window, creditEvery, rate] =
    pace.kind === 'window' ? [pace.perTurn, pace.window, pace.creditEvery, 0] : [1, 0, 1, pace.perSecond]
  const stampAt = shape.isStamped ? hole!.at : -1
  return [path, 'fan-out', file, ...[pieceBytes, perTurn, window, creditEvery, rate, stampAt].map(String)]
}
