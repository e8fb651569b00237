import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { handshake, Peer } from '../kit/peer.ts'
import type { ServerProcess } from '../kit/server-process.ts'
import { KINDS } from '../servers/kinds.ts'

const FILES = 64

/** Processor time that a process has used, in hundredths of a second (proc(5), fields 14 and 15). */
function ticksOf({ pid }: ServerProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return Number(fields[11]) + Number(fields[12])
}

async function statusOf(port: number): Promise<string> {
  using peer = await Peer.open(port)
  void peer.send(handshake('/echo/x'))
  return await peer.status()
}

describe.skipIf(!existsSync('/proc/self/stat'))('a process that may open 64 files', () => {
  it('[A20] takes what it can, says so, does not spin, keeps its rules and takes others again', async () => {
    await using server = await KINDS[0]!.start({ files: FILES })
    const peers: Peer[] = []
    for (let i = 0; i < 3 * FILES; i++) {
      peers.push(await Peer.open(server.port))
      void peers.at(-1)!.send(handshake(`/echo/${i}`))
    }
    const statuses = await Promise.all(peers.map((peer) => peer.status()))
    const open = statuses.filter((status) => status === '101').length
    expect([...new Set(statuses)].toSorted()).toEqual(['101', 'closed'])
    expect(open).toBeGreaterThanOrEqual(16)
    expect(open).toBeLessThan(FILES)
    expect(server.output).toMatch(/limit-hit|A limit was hit/)
    expect(server.output).toContain('connections')

    // Not a wait for something: processor time can only be read over a time.
    const before = ticksOf(server)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(ticksOf(server) - before).toBeLessThan(15)

    for (const peer of peers) peer.socket.destroy()
    let status = ''
    while (status !== '101') status = await statusOf(server.port)
    using foreign = await Peer.open(server.port)
    void foreign.send(handshake('/echo/x', { Origin: 'https://evil.test' }))
    expect(await foreign.status()).toBe('403')
    expect(server.death).toBeUndefined()
  })
})
