import { Primary, type WorkerEvent } from '@hydrant/server/workers'
import type { Terminal } from '../output/terminal.ts'
import { forkWorker } from './fork-worker.ts'
import type { ServerSetUp } from './make-server.ts'

/** The server of several processes. Loaded only when there are several. Throws as `createHydrant` does. */
export function makePrimary(setUp: ServerSetUp & { readonly workers: number }, terminal: Terminal): Primary {
  return new Primary({ ...setUp, fork: forkWorker, onWorker: (event) => terminal.note(`hydrant: ${told(event)}`) })
}

function told(event: WorkerEvent): string {
  if (event.kind === 'serving') return `worker ${event.number} (pid ${event.pid}) serves again`
  const { code, signal } = event.exit
  return `worker ${event.number} ended by ${signal ?? `code ${code}`}; another one is started in ${event.retryMs} ms`
}
