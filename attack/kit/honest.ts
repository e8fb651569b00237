import { Worker } from 'node:worker_threads'

/** What honest connections saw meanwhile. */
export interface Honesty {
  readonly samples: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Connections that were cut. */
  readonly lost: number
}

/** The same of samples in milliseconds, and a number of connections that were cut. */
export function honestyOf(samples: readonly number[], lost: number): Honesty {
  const sorted = samples.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { samples: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), lost }
}

/** Honest connections in a thread of their own: a ping and its pong all along, however busy the attacker's thread is. */
export class HonestClients implements AsyncDisposable {
  readonly #worker: Worker

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  /** Opens the connections; resolves when all are open. */
  static async open(port: number, path: string, count = 4): Promise<HonestClients> {
    const worker = new Worker(new URL('honest-worker.ts', import.meta.url), {
      workerData: { port, path, count },
      execArgv: ['--conditions=@hydrant/source', '--disable-warning=ExperimentalWarning'],
    })
    const clients = new HonestClients(worker)
    await clients.#answer()
    return clients
  }

  /** What was seen since the last time. */
  async seen(): Promise<Honesty> {
    const answer = this.#answer<Honesty>()
    this.#worker.postMessage('seen')
    return answer
  }

  /** The round-trip times since the last time, in milliseconds, for who puts several together. */
  async samples(): Promise<number[]> {
    const answer = this.#answer<number[]>()
    this.#worker.postMessage('samples')
    return answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate()
  }

  #answer<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void => reject(error)
      this.#worker.once('error', failed)
      this.#worker.once('message', (answer: T) => {
        this.#worker.off('error', failed)
        resolve(answer)
      })
    })
  }
}
