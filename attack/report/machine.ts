import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'

/** What the results depend on. */
export interface Machine {
  readonly date: string
  readonly hardware: string
  readonly system: string
  /** Of each server. */
  readonly versions: Readonly<Record<string, string>>
}

export function describeMachine(): Machine {
  const versionOf = (path: string): string => {
    const file = new URL(path, import.meta.url)
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : 'not installed'
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    hardware: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
    versions: {
      Hydrant: versionOf('../../packages/server/package.json'),
      ws: versionOf('../../node_modules/ws/package.json'),
      'Socket.IO': versionOf('../peers/node_modules/socket.io/package.json'),
      Node: process.versions.node,
    },
  }
}
