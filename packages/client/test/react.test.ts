// @vitest-environment happy-dom
import { act, createElement, type ReactElement } from 'react'
import { createRoot } from 'react-dom/client'
import { describe, expect, it } from 'vitest'
import type { Client } from '../src/index.ts'
import { useChannel, useConnection, type UseChannelOptions } from '../src/react.ts'
import { openClient, type TestClient } from './support/open-client.ts'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

/** Renders into a page of its own; `show` renders again and gives the text. */
function page(): {
  readonly show: (element: ReactElement | null) => Promise<string>
  readonly settle: (client: TestClient, run?: () => void) => Promise<string>
} {
  const node = document.createElement('div')
  const root = createRoot(node)
  return {
    async show(element) {
      await act(async () => root.render(element))
      return node.textContent
    },
    async settle({ network }, run) {
      await act(async () => {
        run?.()
        await network.flush()
      })
      return node.textContent
    },
  }
}

let renders = 0
function Ticker({
  api,
  symbol,
  ...options
}: { api: Client; symbol: string } & Omit<UseChannelOptions<never>, 'params'>): string {
  const { messages, latest, gap, error } = useChannel(api, '/prices/{symbol}', { params: { symbol }, ...options })
  renders++
  const list = messages.map(({ data }) => String(data)).join(',')
  return `${list}|${String(latest?.data)}|${gap?.to ?? ''}|${error?.code ?? ''}`
}

function Light({ api }: { api: Client }): string {
  return useConnection(api).name
}

describe('useChannel', () => {
  it('shows what comes, follows its parameters, and leaves with its component', async () => {
    const client = openClient()
    const { api, server } = client
    const { show, settle } = page()
    await show(createElement(Ticker, { api, symbol: 'A', keep: 2 }))
    await settle(client)
    for (const n of [1, 2, 3]) server.publish('/prices/A', n)
    expect(await settle(client)).toBe('2,3|3||')
    expect(await show(createElement(Ticker, { api, symbol: 'B', keep: 2 }))).toBe('|undefined||')
    await settle(client)
    expect(await settle(client, () => void server.publish('/prices/B', 9))).toBe('9|9||')
    await show(null)
    await settle(client)
    expect([...server.peers].flatMap(({ subs }) => [...subs.keys()])).toEqual([])
  })

  it('does not subscribe again when it renders again, and renders once for what comes together', async () => {
    const client = openClient()
    const { api, server } = client
    const { show, settle } = page()
    await show(createElement(Ticker, { api, symbol: 'A' }))
    await settle(client)
    for (let i = 0; i < 3; i++) await show(createElement(Ticker, { api, symbol: 'A' }))
    await settle(client)
    expect(server.requests.filter(({ op }) => op === 'subscribe')).toHaveLength(1)
    renders = 0
    await settle(client, () => {
      for (let n = 0; n < 50; n++) server.publish('/prices/A', n)
    })
    expect(renders).toBeLessThan(50)
  })

  it('shows gaps and refusals, and waits while it is not enabled', async () => {
    const client = openClient()
    const { api, server, network } = client
    const { show, settle } = page()
    await show(createElement(Ticker, { api, symbol: 'A', enabled: false }))
    await settle(client)
    expect(server.requests.filter(({ op }) => op === 'subscribe')).toEqual([])
    await show(createElement(Ticker, { api, symbol: 'A' }))
    await settle(client)
    server.publish('/prices/A', 1)
    expect(await settle(client)).toBe('1|1||')
    server.log('/prices/A').newEpoch()
    server.publish('/prices/A', 2)
    expect(await settle(client)).toBe('2|2|e2:0|')
    server.intercept = ({ op }) =>
      op === 'subscribe'
        ? { error: { type: 'x', title: 't', status: 403, detail: 'd', code: 'wrong-direction' } }
        : undefined
    await act(async () => {
      network.socket.end(1006)
      await network.pass(10_000)
    })
    expect(await settle(client)).toBe('2|2|e2:0|wrong-direction')
  })
})

describe('useConnection', () => {
  it('shows the state', async () => {
    const client = openClient()
    const { show, settle } = page()
    expect(await show(createElement(Light, { api: client.api }))).toBe('connecting')
    expect(await settle(client)).toBe('open')
    expect(await settle(client, () => client.network.socket.end(1006))).toBe('waiting')
    expect(await settle(client, () => client.api.close())).toBe('closed')
  })
})
