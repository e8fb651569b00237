import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createHydrant } from '../../../src/index.ts'
import type { LimitLabel } from '../../../src/settings/setting.ts'
import { API, serve } from '../../api.ts'
import { certificate } from '../../transport/certificate.ts'
import { serveSecured } from '../secured-api.ts'
import { until } from './limit-clients.ts'
import { type Way, WAYS } from './limit-ways.ts'

describe.concurrent('the limit', () => {
  for (const [label, ways] of Object.entries(WAYS) as [LimitLabel, readonly Way[]][]) {
    for (const way of ways) {
      it(`${label}, hit through ${way.through}, is counted, and is not while it is kept`, async () => {
        const { limits, options = {}, isSecured = false } = way
        await using api = await (isSecured ? serveSecured : serve)({ ...options, limits })
        await way.within?.(api)
        expect(api.hits(label)).toBe(0)
        await way.beyond(api)
        await until(() => api.hits(label) > 0)
      })
    }
  }

  it('tls-handshake-timeout, hit through a handshake that stalls, is counted', async () => {
    await using hydrant = createHydrant({ contract: API, limits: { tlsHandshakeTimeoutMs: 100 } })
    const { port } = await hydrant.listen({ port: 0, tls: await certificate('01') })
    const stalled = connect(port, '127.0.0.1').on('error', () => {})
    await new Promise((closed) => stalled.once('close', closed).resume())
    expect([...hydrant.limitHits()]).toEqual([['tls-handshake-timeout', 1]])
  })
})
