import type { HonestClients } from '../kit/honest.ts'
import { handshake, Peer } from '../kit/peer.ts'
import type { ServerProcess } from '../kit/server-process.ts'
import type { Attack, Row } from '../rows/row.ts'
import type { ServerKind } from '../servers/kinds.ts'
import { type Case, DEFAULT_HOLD_MIB, type RowResult } from './result.ts'

const MIB = 1024 * 1024
/** How long memory may take to come back, in milliseconds: longer than a closing connection may linger. */
const RECOVERY_MS = 6_000
let names = 0

export interface Scene {
  readonly kind: ServerKind
  readonly server: ServerProcess
  /** Undefined where honest connections would say nothing. */
  readonly honest: HonestClients | undefined
  readonly calmP99Ms: number
  /** False when other rows run at the same time: memory then belongs to nobody. */
  readonly measuresMemory: boolean
}

/** Runs one row against one server. Never rejects: what breaks is part of the result. */
export async function runRow(row: Row, scene: Scene): Promise<RowResult> {
  const { kind, server, honest, calmP99Ms, measuresMemory } = scene
  const cases: Case[] = []
  const figures: string[] = []
  const peers: Peer[] = []
  const started = performance.now()
  let fault: string | undefined
  let [heldMiB, peakMiB] = [0, 0]
  let seen: Awaited<ReturnType<HonestClients['seen']>> | undefined
  const heldBefore = measuresMemory ? await server.heldBytes().catch(() => 0) : 0
  const rssBefore = server.rssBytes
  if (measuresMemory) {
    server.forgetPeak()
    await honest?.seen()
  }
  try {
    await row.run(makeAttack(scene, { cases, figures, peers }))
  } catch (error) {
    fault = error instanceof Error ? error.message : String(error)
  }
  for (const peer of peers) peer[Symbol.dispose]()
  if (measuresMemory && server.death === undefined) {
    seen = await honest?.seen()
    peakMiB = Math.max(0, (server.peakRssBytes - rssBefore) / MIB)
    heldMiB = await settle(server, heldBefore, row.mayHoldMiB ?? DEFAULT_HOLD_MIB)
  }
  return {
    row,
    kind: kind.name,
    notApplicable: undefined,
    cases,
    figures,
    death: server.death,
    heldMiB,
    peakMiB,
    honest: seen,
    calmP99Ms,
    tookMs: performance.now() - started,
    fault,
  }
}

/** What is still held once it is within the bound, or the time to come back is over; MiB. */
async function settle(server: ServerProcess, before: number, boundMiB: number): Promise<number> {
  const endsAt = performance.now() + RECOVERY_MS
  for (;;) {
    const heldMiB = (await server.heldBytes().catch(() => Infinity)) / MIB - before / MIB
    if (heldMiB <= boundMiB || performance.now() > endsAt) return Math.max(0, heldMiB)
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** An error status, the end of the connection, or frames that end with Close. */
function isRefusal(answer: string): boolean {
  return /^(?:refused|closed|[45]\d\d\b)|(?:^|, )close\b/.test(answer)
}

function makeAttack(
  { kind, server }: Scene,
  { cases, figures, peers }: { cases: Case[]; figures: string[]; peers: Peer[] },
): Attack {
  const echoPath = (): string => kind.path.replace('NAME', `row-${++names}`)
  const connect = async (): Promise<Peer> => {
    const peer = await Peer.open(server.port)
    peers.push(peer)
    return peer
  }
  return {
    kind,
    server,
    port: server.port,
    note: (what, expected, got, good = got === expected) =>
      void cases.push({ what, expected, got, good, refusedOtherwise: isRefusal(expected) && isRefusal(got) }),
    figure: (text) => void figures.push(text),
    connect,
    echoPath,
    async open(path = echoPath()) {
      const peer = await connect()
      void peer.send(handshake(path))
      const status = await peer.status()
      if (status !== '101') throw new Error(`the handshake at ${path} was answered with ${status}`)
      return peer
    },
  }
}
