import { channelNames, type ServerPlan, strideOf } from '../peers/plan.ts'
import type { FanOutWork, Row } from '../rows/row.ts'
import { type Dialect, DIALECTS, MODES } from './dialects.ts'
import {
  type Cycle,
  clientsTrade,
  echoAnswers,
  echoRequests,
  posted,
  preambleBytes,
  repeated,
  said,
  tradeArrivals,
} from './frames.ts'
import type { Peer } from './peers.ts'
import { NO_PLAN } from './server-command.ts'
import type { Workspace } from './workspace.ts'

type Arguments = Readonly<Record<string, string | number>>

/** What the load generator is told about a row and the peer that it calls (native/load.c). */
export function loadArguments(
  workspace: Workspace,
  row: Row,
  peer: Peer,
  { port, creditPort }: { readonly port: number; readonly creditPort: number },
): string[] {
  const files = new Files(workspace, `${row.id}-${peer.dialect}`)
  const dialect: Dialect = DIALECTS[peer.dialect]
  const shared = { port, connections: row.connections }
  return Object.entries({ ...shared, ...argumentsOf(files, row, dialect, creditPort) }).map(
    ([name, value]) => `${name}=${value}`,
  )
}

function argumentsOf(files: Files, row: Row, dialect: Dialect, creditPort: number): Arguments {
  const { connections, work } = row
  switch (work.kind) {
    case 'echo': {
      const isBinary = work.isBinary ?? false
      return {
        path: dialect.path.alone,
        ...expecting(files, 'bytes', echoAnswers(work.payloadBytes, isBinary)),
        ...sending(files, echoRequests(work.payloadBytes, isBinary), work.inFlight),
      }
    }
    case 'idle':
      return reading(files, dialect, NO_PLAN, creditPort)
    case 'latency':
      return reading(files, dialect, work.plan, creditPort, dialect.beforeWork)
    case 'fan-out':
      return { ...reading(files, dialect, work.plan, creditPort, dialect.beforeWork), ...slowReaders(work) }
    case 'chat': {
      const chat = dialect.chat!
      const payload = clientsTrade(work.plan)
      return {
        ...reading(files, dialect, work.plan, creditPort, dialect.beforeWork),
        ...expecting(files, dialect.mode, repeated(dialect.arrival(payload, '', false))),
        path: chat.path ?? dialect.path.alone,
        ...sending(files, said(chat.say(payload)), 1),
        answers: connections,
      }
    }
    case 'publish':
      return {
        ...(work.over === 'http' ? posting(files, dialect, work.plan) : publishing(files, dialect, work.plan)),
        ...watching(files, dialect, work.plan),
      }
    case 'start':
      throw new Error('nobody calls the servers of this row')
  }
}

function reading(
  files: Files,
  dialect: Dialect,
  plan: ServerPlan,
  creditPort: number,
  beforeWork: Dialect['beforeWork'] = [],
): Arguments {
  const names = channelNames(plan)
  const { eachReads = 'one', pace } = plan
  const path = plan.channels === undefined ? dialect.path.alone : dialect.path[eachReads]
  if (path === undefined) throw new Error(`this peer's clients cannot read ${eachReads} of ${plan.channels} channels`)
  const groups = eachReads === 'all' ? [names] : names.map((name) => [name])
  const preambles = groups.map((group) => preambleBytes([...dialect.preamble(group), ...beforeWork]))
  return {
    path,
    channels: groups.length,
    preamble: files.path('preamble', Buffer.concat(preambles)),
    ...(dialect.protocol === undefined ? {} : { protocol: dialect.protocol }),
    ...expecting(files, plan.deflate === true ? 'deflated' : dialect.mode, tradeArrivals(plan, dialect)),
    after: dialect.after ?? 0,
    ...(eachReads === 'all' && dialect.ordersByChannel ? { 'each-reads': names.length } : {}),
    stamp: plan.shape.isStamped ? 1 : 0,
    deflate: plan.deflate === true ? 1 : 0,
    tls: plan.isTls === true ? 1 : 0,
    // Those who wait for the same thing do so together, and not one group after the other.
    ...(beforeWork.length === 0 ? {} : { abreast: 1_000_000 }),
    ...(pace.kind === 'window' ? { 'credit-port': creditPort, 'credit-every': pace.creditEvery / strideOf(plan) } : {}),
  }
}

function slowReaders({ slowReaders: slow }: FanOutWork): Arguments {
  return slow === undefined ? {} : { slow }
}

function posting(files: Files, dialect: Dialect, plan: ServerPlan): Arguments {
  return { mode: MODES.responses, ...sending(files, posted(dialect.post!, clientsTrade(plan)), 1) }
}

function publishing(files: Files, dialect: Dialect, plan: ServerPlan): Arguments {
  const publish = dialect.publish!
  const { answer, path, preamble, protocol } = publish
  return {
    path,
    preamble: files.path('preamble', preambleBytes(preamble)),
    ...(protocol === undefined ? {} : { protocol }),
    ...expecting(files, 'head', repeated(Buffer.from(answer))),
    ...sending(files, said(publish.say(clientsTrade(plan))), 1),
  }
}

/** One more client reads what the others publish. */
function watching(files: Files, dialect: Dialect, plan: ServerPlan): Arguments {
  const { bytes, pieceBytes } = repeated(dialect.arrival(clientsTrade(plan), '', false))
  return {
    watchers: 1,
    'watch-path': dialect.path.alone,
    'watch-expect': files.path('watched', bytes),
    'watch-frame': pieceBytes,
  }
}

function expecting(files: Files, mode: keyof typeof MODES, { bytes, hole, pieceBytes }: Cycle): Arguments {
  return {
    mode: MODES[mode],
    expect: files.path('expected', bytes),
    frame: pieceBytes,
    ...(hole === undefined ? {} : { hole: hole.at, 'hole-bytes': hole.bytes }),
  }
}

function sending(files: Files, { bytes, pieceBytes }: Cycle, inFlight: number): Arguments {
  return { send: files.path('sent', bytes), 'send-frame': pieceBytes, 'in-flight': inFlight }
}

/** The files of one load generator. */
class Files {
  readonly #workspace: Workspace
  readonly #name: string

  constructor(workspace: Workspace, name: string) {
    this.#workspace = workspace
    this.#name = name.replaceAll(/[^\w.-]+/g, '-')
  }

  path(kind: string, bytes: Uint8Array): string {
    return this.#workspace.file(`${this.#name}.${kind}`, bytes)
  }
}
