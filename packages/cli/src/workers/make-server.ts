import { availableParallelism } from 'node:os'
import type { Contract } from '@hydrant/contract'
import type { AdminOptions, AuthSettings, Listening, LogOptions } from '@hydrant/server'
import type { SettingsInForce } from '@hydrant/server/settings'
import type { PemFiles } from '../commands/tls-files.ts'
import type { Terminal } from '../output/terminal.ts'
import { openTelemetry } from '../telemetry/open-telemetry.ts'
import { telemetryTargets } from '../telemetry/targets.ts'

/** A contract, and the text that it was read from. */
export interface ReadDocument {
  readonly contract: Contract
  readonly source: string
}

export interface ServerSetUp extends ReadDocument {
  readonly settings: SettingsInForce
  readonly auth: AuthSettings
  readonly log: LogOptions
}

/** What `serve` does with a server, of one process or of several. */
export interface Server extends AsyncDisposable {
  /** Of the workers; none where this process serves. */
  readonly pids: readonly number[]
  listen(options: { host: string; port: number; tls?: PemFiles | undefined }): Promise<Listening>
  listenAdmin(options: AdminOptions): Promise<Listening>
  reload(document: ReadDocument, auth: AuthSettings): Promise<void> | void
  replaceTls(files: PemFiles): void
}

/** A server as the setting `workers` says. Throws as `createHydrant` does. */
export async function makeServer(setUp: ServerSetUp, terminal: Terminal): Promise<Server> {
  const { workers } = setUp.settings.values
  const count = workers === 0 ? availableParallelism() : workers
  return count === 1 ? inThisProcess(setUp, terminal) : inWorkers(setUp, count, terminal)
}

async function inThisProcess({ contract, settings, auth, log }: ServerSetUp, terminal: Terminal): Promise<Server> {
  const { createHydrant } = await import('@hydrant/server')
  const telemetry = await openTelemetry(settings, terminal)
  const hydrant = createHydrant({ contract, settings, auth, log, tracing: telemetry?.tracing })
  telemetry?.watch(() => hydrant.readMetrics())
  return {
    pids: [],
    listen: (options) => hydrant.listen(options),
    listenAdmin: (options) => hydrant.listenAdmin(options),
    reload: (document, rules) => hydrant.reload(document.contract, rules),
    replaceTls: (files) => hydrant.replaceTls(files),
    async [Symbol.asyncDispose]() {
      await hydrant.close()
      // Last: it sends the server's last spans and counts.
      await telemetry?.[Symbol.asyncDispose]()
    },
  }
}

async function inWorkers(setUp: ServerSetUp, workers: number, terminal: Terminal): Promise<Server> {
  // Each worker sends its own; what is wrong with where to is said once.
  telemetryTargets(setUp.settings, process.env)
  // Only who has several processes waits for it to load.
  const { makePrimary } = await import('./make-primary.ts')
  const primary = makePrimary({ ...setUp, workers }, terminal)
  return {
    get pids() {
      return primary.pids
    },
    listen: (options) => primary.listen(options),
    listenAdmin: (options) => primary.listenAdmin(options),
    reload: ({ contract, source }, rules) => primary.reload(contract, source, rules),
    replaceTls: (files) => primary.replaceTls(files),
    [Symbol.asyncDispose]: () => primary.close(),
  }
}
