import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { serve } from '../api.ts'
import { ConnectClient } from './connect-client.ts'

interface UpVector {
  readonly rule: string
  readonly name: string
  readonly message?: { readonly id?: number; readonly op?: string }
  readonly text?: string
  readonly outcome: {
    readonly kind: 'request' | 'refused' | 'strike'
    readonly id?: number
    readonly code?: string
    readonly pointers?: readonly string[]
  }
}

const VECTORS = new URL('../../../protocol/vectors.json', import.meta.url)
const { up } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { up: UpVector[] }

describe('the protocol’s vectors, said to the server', () => {
  it.each(up.map((vector) => [vector.rule, vector.name, vector] as const))('[%s] %s', async (_rule, _name, vector) => {
    await using api = await serve()
    using client = await ConnectClient.open(api.wsUrl)
    client.socket.send(vector.text ?? JSON.stringify(vector.message))
    const { kind, code, pointers } = vector.outcome
    if (kind === 'strike') {
      expect(await client.until(({ push }) => push === 'error')).toMatchObject({ error: { code } })
    } else {
      const id = vector.outcome.id ?? vector.message?.id
      const reply = await client.until((said) => said.id === id)
      if (kind === 'refused') {
        expect(reply.error?.code).toBe(code)
        if (pointers !== undefined) expect(reply.error?.errors?.map(({ pointer }) => pointer)).toEqual(pointers)
      } else {
        // It is carried out: whether the channel exists is another matter, and its fields are right.
        expect(['malformed-message', 'operation-unknown']).not.toContain(reply.error?.code)
        expect('result' in reply || 'error' in reply).toBe(true)
      }
    }
    // Nobody was thrown out for one of them.
    expect((await client.ask('ping', { nonce: 1 })).error).toBeUndefined()
  })
})
