import { fileURLToPath } from 'node:url'
import { type Issuer, startIssuer } from '../../packages/server/test/guard/issuer.ts'
import { handshake, Peer } from '../kit/peer.ts'
import { ServerProcess } from '../kit/server-process.ts'
import { onlyHydrant } from '../servers/kinds.ts'
import type { Attack, Row } from './row.ts'

export const SECURED: string = fileURLToPath(new URL('../servers/secured.ts', import.meta.url))

type Headers = Record<string, string | string[] | undefined>

/** A server that asks who is calling, and who vouches for its callers. */
export interface Secured {
  readonly server: ServerProcess
  readonly issuer: Issuer
  readonly open: (path: string, headers?: Headers) => Promise<Peer>
  readonly status: (path: string, headers?: Headers) => Promise<string>
}

/** A row against a server that asks who is calling. */
export function securedRow(
  id: string,
  title: string,
  right: string,
  run: (attack: Attack, secured: Secured) => Promise<void>,
): Row {
  return {
    id,
    title,
    right,
    long: true,
    notFor: onlyHydrant,
    async run(attack) {
      await using issuer = await startIssuer()
      await using server = await ServerProcess.start([SECURED, issuer.url])
      const peers: Peer[] = []
      const open: Secured['open'] = async (path, headers = {}) => {
        const peer = await Peer.open(server.port)
        peers.push(peer)
        void peer.send(handshake(path, headers))
        await peer.status()
        return peer
      }
      try {
        await run(attack, {
          server,
          issuer,
          open,
          status: async (path, headers) => (await open(path, headers)).status(),
        })
        attack.note('the process', 'lives', server.death ?? 'lives')
      } finally {
        for (const peer of peers) peer[Symbol.dispose]()
      }
    },
  }
}

export const bearer = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` })

/** Within how many seconds a peer was cut, or told that it may not go on. */
export async function cutWithin(peer: Peer, seconds: number): Promise<string> {
  const started = performance.now()
  const isCut = (): boolean => peer.isClosed || peer.frames().some((frame) => frame.startsWith('close'))
  const cut = await peer.until(isCut, seconds * 1_000)
  return cut ? `cut after ${((performance.now() - started) / 1_000).toFixed(1)} s` : `open after ${seconds} s`
}
