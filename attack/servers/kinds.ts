import { fileURLToPath } from 'node:url'
import { clientFrame } from '../kit/peer.ts'
import { ServerProcess } from '../kit/server-process.ts'

export type KindName = 'hydrant' | 'ws' | 'socket.io' | 'node'

/** A kind of server that is attacked. */
export interface ServerKind {
  readonly name: KindName
  readonly title: string
  /** Where an upgrade is accepted; `NAME` stands for anything, so that rows do not hear each other. */
  readonly path: string
  /** Whether a text or binary message comes back as it is. */
  readonly echoes: boolean
  /** Whether it reads frames at all. */
  readonly readsFrames: boolean
  /** Whoever connects here gets what is posted here; undefined where there is no such thing. */
  readonly busyPath: string | undefined
  /** Where it is posted. */
  readonly feedPath: string
  /** Frames that make it treat a new connection as one of its clients; none for most. */
  readonly greeting?: Buffer
  /** Starts it on a free port. */
  start(options?: StartOptions): Promise<ServerProcess>
}

export interface StartOptions {
  /** Agree to permessage-deflate. */
  readonly deflate?: boolean | undefined
  /** Limit of open files. */
  readonly files?: number | undefined
  /** Further arguments of the command, for Hydrant only. */
  readonly args?: readonly string[] | undefined
}

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const KINDS: readonly ServerKind[] = [
  {
    name: 'hydrant',
    title: 'Hydrant',
    path: '/echo/NAME',
    echoes: true,
    readsFrames: true,
    busyPath: '/busy',
    feedPath: '/busy',
    start: ({ deflate, files, args = [] } = {}) =>
      ServerProcess.start(
        [
          file('../../packages/cli/src/main.ts'),
          'serve',
          file('../contract.yaml'),
          '--port',
          '0',
          ...(deflate ? ['--deflate'] : []),
          ...args,
        ],
        { files },
      ),
  },
  {
    name: 'ws',
    title: 'ws',
    path: '/',
    echoes: true,
    readsFrames: true,
    busyPath: '/busy',
    feedPath: '/busy',
    start: ({ deflate, files } = {}) =>
      ServerProcess.start([file('ws.ts'), ...(deflate ? ['--deflate'] : [])], { files }),
  },
  {
    name: 'socket.io',
    title: 'Socket.IO',
    path: '/socket.io/?EIO=4&transport=websocket',
    echoes: false,
    readsFrames: true,
    busyPath: '/socket.io/?EIO=4&transport=websocket',
    feedPath: '/busy',
    greeting: clientFrame(1, '40'),
    start: ({ files } = {}) => ServerProcess.start([file('../peers/socket-io.ts')], { files }),
  },
  {
    name: 'node',
    title: "Node's `upgrade`",
    path: '/',
    echoes: true,
    readsFrames: false,
    busyPath: undefined,
    feedPath: '/',
    start: ({ files } = {}) => ServerProcess.start([file('node-upgrade.ts')], { files }),
  },
]

/** Why a row of frames says nothing about a server that reads none. */
export function needsFrames(kind: ServerKind): string | undefined {
  return kind.readsFrames ? undefined : 'it reads no frames'
}

/** Why a row that needs its message back says nothing about a server with another protocol on top. */
export function needsEcho(kind: ServerKind): string | undefined {
  return needsFrames(kind) ?? (kind.echoes ? undefined : 'its own protocol is on top')
}

/** Why a row is about Hydrant's own doors, protocol or settings. */
export function onlyHydrant(kind: ServerKind): string | undefined {
  return kind.name === 'hydrant' ? undefined : "about Hydrant's own doors"
}
