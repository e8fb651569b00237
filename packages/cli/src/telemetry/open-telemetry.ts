import type { SettingsInForce } from '@hydrant/server/settings'
import type { Terminal } from '../output/terminal.ts'
import { telemetryTargets } from './targets.ts'
import type { Telemetry } from './telemetry.ts'

/** What sends traces and metrics, as the settings and the environment say; undefined when they go nowhere. Throws CommandError. */
export async function openTelemetry(settings: SettingsInForce, terminal: Terminal): Promise<Telemetry | undefined> {
  const targets = telemetryTargets(settings, process.env)
  if (targets === undefined) return undefined
  // Only who has a collector waits for the SDK to load.
  const { Telemetry: Sender } = await import('./telemetry.ts')
  return new Sender(targets, settings.values.closeTimeoutMs, terminal)
}
