import { HonestClients } from '../kit/honest.ts'
import type { ServerProcess } from '../kit/server-process.ts'
import type { Row } from '../rows/row.ts'
import type { ServerKind, StartOptions } from '../servers/kinds.ts'
import { notApplicable, type RowResult } from './result.ts'
import { runRow, type Scene } from './run-row.ts'

/** Runs rows against each kind of server: the quick ones one after the other, those with long deadlines meanwhile. */
export async function attackServers(
  kinds: readonly ServerKind[],
  rows: readonly Row[],
  onResult: (result: RowResult) => void = () => {},
): Promise<RowResult[]> {
  const slow = rows.filter((row) => row.slow)
  const quick = rows.filter((row) => !row.slow)
  const waiting = kinds.map((kind) => attackSlowly(kind, slow, onResult))
  const results: RowResult[] = []
  for (const kind of kinds) results.push(...(await attackQuickly(kind, quick, onResult)))
  for (const slowly of waiting) results.push(...(await slowly))
  const place = ({ row, kind }: RowResult): string => `${kinds.findIndex(({ name }) => name === kind)} ${row.id}`
  return results.toSorted((a, b) => place(a).localeCompare(place(b)))
}

async function attackQuickly(
  kind: ServerKind,
  rows: readonly Row[],
  onResult: (result: RowResult) => void,
): Promise<RowResult[]> {
  const results: RowResult[] = []
  let stage: Stage | undefined
  for (const row of rows) {
    const reason = row.notFor?.(kind)
    if (reason !== undefined) {
      results.push(notApplicable(row, kind, reason))
      onResult(results.at(-1)!)
      continue
    }
    const ownServer = row.alone === true || row.deflate === true
    if (ownServer || stage === undefined || !stage.isFresh) {
      await stage?.[Symbol.asyncDispose]()
      stage = await Stage.set(kind, { deflate: row.deflate })
    }
    const result = await runRow(row, stage)
    results.push(result)
    onResult(result)
    // What a row left behind must not be blamed on the next.
    if (ownServer || result.fault !== undefined) {
      await stage?.[Symbol.asyncDispose]()
      stage = undefined
    }
  }
  await stage?.[Symbol.asyncDispose]()
  return results
}

async function attackSlowly(
  kind: ServerKind,
  rows: readonly Row[],
  onResult: (result: RowResult) => void,
): Promise<RowResult[]> {
  if (rows.length === 0) return []
  await using server = await kind.start()
  const scene: Scene = { kind, server, honest: undefined, calmP99Ms: 0, measuresMemory: false }
  return await Promise.all(
    rows.map(async (row) => {
      const reason = row.notFor?.(kind)
      const result = reason === undefined ? await runRow(row, scene) : notApplicable(row, kind, reason)
      onResult(result)
      return result
    }),
  )
}

const CALM_MS = 800
/** Socket.IO lets go of clients that do not take part in its own pings after 45 s. */
const FRESH_MS = 25_000

/** A server with honest connections, as rows find it. */
class Stage implements Scene, AsyncDisposable {
  readonly kind: ServerKind
  readonly server: ServerProcess
  readonly honest: HonestClients
  readonly calmP99Ms: number
  readonly measuresMemory = true
  readonly #setAtMs = performance.now()

  private constructor(kind: ServerKind, server: ServerProcess, honest: HonestClients, calmP99Ms: number) {
    this.kind = kind
    this.server = server
    this.honest = honest
    this.calmP99Ms = calmP99Ms
  }

  static async set(kind: ServerKind, options: StartOptions): Promise<Stage> {
    const server = await kind.start(options)
    const honest = await HonestClients.open(server.port, kind.path)
    await new Promise((resolve) => setTimeout(resolve, CALM_MS))
    const { p99Ms } = await honest.seen()
    return new Stage(kind, server, honest, p99Ms)
  }

  get isFresh(): boolean {
    return this.server.death === undefined && performance.now() - this.#setAtMs < FRESH_MS
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.honest[Symbol.asyncDispose]()
    await this.server[Symbol.asyncDispose]()
  }
}
