import { fstatSync } from 'node:fs'
import { Socket } from 'node:net'
import { Command } from 'commander'
import { CommandError } from '../exit-codes.ts'
import { logFor } from '../output/log.ts'
import type { Terminal } from '../output/terminal.ts'
import { openTelemetry } from '../telemetry/open-telemetry.ts'
import { LINK_FD, WORKER_COMMAND } from '../workers/fork-worker.ts'

/** `hydrant worker`, which `hydrant serve --workers` starts: one of the processes that serve. No command for people. */
export function workerCommand(terminal: Terminal): Command {
  return new Command(WORKER_COMMAND)
    .description('Serves behind the port of the process that started it: see hydrant serve --workers.')
    .action(() => work(terminal))
}

async function work(terminal: Terminal): Promise<void> {
  if (!hasLink()) throw new CommandError('usage', 'a worker is started by hydrant serve --workers')
  // A terminal signals the whole group: when to stop is the primary's to say.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
  const { serveAsWorker, StreamLink } = await import('@hydrant/server/workers')
  const ending = await serveAsWorker({
    link: new StreamLink(new Socket({ fd: LINK_FD })),
    async equip(settings, number) {
      const { logLevel, logFormat } = settings.values
      const telemetry = await openTelemetry(settings, terminal)
      return {
        log: { ...(await logFor(logLevel, logFormat)), worker: number },
        tracing: telemetry?.tracing,
        serving: (hydrant) => telemetry?.watch(() => hydrant.readMetrics()),
        close: async () => telemetry?.[Symbol.asyncDispose](),
      }
    },
    onFault: (error) => terminal.note(`hydrant: worker ${process.pid}: ${String(error)}`),
  })
  if (ending === 'orphaned') {
    terminal.note(`hydrant: worker ${process.pid}: the primary process is gone, and the logs with it; closed`)
  }
  process.exit(ending === 'orphaned' ? 1 : 0)
}

function hasLink(): boolean {
  try {
    return fstatSync(LINK_FD).isSocket()
  } catch {
    return false
  }
}
