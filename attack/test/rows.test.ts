import { beforeAll, describe, expect, it } from 'vitest'
import { ROWS } from '../rows/rows.ts'
import { attackServers } from '../run/attack-server.ts'
import { missesOf, type RowResult } from '../run/result.ts'
import { KINDS } from '../servers/kinds.ts'

/** The rest, and the other servers, are in `npm run attack`. */
const QUICK = ROWS.filter(({ slow, alone, long }) => !slow && !alone && !long)
const results = new Map<string, RowResult>()

function kindNamed(name: string): (typeof KINDS)[number] {
  return KINDS.find((kind) => kind.name === name)!
}

describe('a server process under attack', () => {
  beforeAll(async () => {
    for (const result of await attackServers([kindNamed('hydrant')], QUICK)) results.set(result.row.id, result)
  }, 180_000)

  it.each(QUICK.map(({ id, title, right }) => [id, title, right] as const))('[%s] %s: %s', (id) => {
    expect(missesOf(results.get(id)!)).toEqual([])
  })
})

describe('the suite itself', () => {
  it('sees a server that waits for the rest of a text that is wrong already', async () => {
    const row = ROWS.find(({ id }) => id === 'B10')!
    const [result] = await attackServers([kindNamed('ws')], [row])
    expect(missesOf(result!)).toEqual(['wrong in the first fragment, never finished: nothing, not close 1007'])
  })

  it('sees a process that dies', async () => {
    const row = ROWS.find(({ id }) => id === 'B09')!
    const [result] = await attackServers(
      [kindNamed('hydrant')],
      [
        {
          ...row,
          run: async ({ server }) => {
            process.kill(server.pid, 'SIGKILL')
            while (server.death === undefined) await new Promise((resolve) => setImmediate(resolve))
          },
        },
      ],
    )
    expect(missesOf(result!)[0]).toBe('crashes (exit SIGKILL)')
  })
})
