import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { contractOf, findings, nameOf, problems } from './documents.ts'

function fixture(name: string): string {
  return readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8')
}

describe('a document with the troubles of exchanges', () => {
  const text = fixture('exchange.yaml')
  const contract = contractOf(text)

  it('loads, and says what is wrong', () => {
    expect(findings(text)).toEqual([
      'warning address-no-slash /channels/ticker/address',
      'warning address-query /channels/stream/address',
      'warning example-invalid /components/messages/status/examples/1/payload/state',
      'warning schema-keyword /components/schemas/snapshot/properties/side/ENUM',
      'warning schema-keyword /components/schemas/update/properties/bid/$reF',
      'info message-ambiguous /channels/ticker',
    ])
  })

  it('has several roles on the root channel', () => {
    const [root] = contract.channels
    expect(root!.toClients.messages.map(({ id }) => id)).toEqual(['pong', 'status'])
    expect(root!.fromClients.messages.map(({ id }) => id)).toEqual(['ping'])
    expect(nameOf(root!.all, { event: 'pong' })).toBe('pong')
    expect(problems(root!.all, { event: 'status', state: 'x' })).toEqual([
      '/state: one of "online", "offline", got "x" (string)',
    ])
  })

  it('serves every address with a slash in front and without a query', () => {
    expect(['/', '/ticker', '/stream'].map((address) => contract.match(address).ok)).toEqual([true, true, true])
  })
})

describe('a version 2 document with the troubles of a speech service', () => {
  const text = fixture('speech-2.6.yaml')
  const contract = contractOf(text, { perspective: 'client' })
  const [channel] = contract.channels

  it('loads, and says what is wrong', () => {
    expect(findings(text).map((finding) => finding.split(' ')[1])).toEqual([
      'ref-unescaped',
      'ref-unescaped',
      'ref-unescaped',
      'ref-unescaped',
      'converted',
      'message-binary-schema',
    ])
  })

  it('has binary and JSON messages side by side', () => {
    expect(channel!.fromClients.encodings).toEqual(['binary', 'json'])
    expect(channel!.fromClients.check({ encoding: 'binary', value: new Uint8Array(3) })).toMatchObject({
      ok: true,
      message: { name: 'Media' },
    })
    expect(nameOf(channel!.toClients, { type: 'Metadata' })).toBe('Metadata')
    expect(problems(channel!.toClients, { type: 'x' })).toEqual([
      '/type: one of "Results", "Metadata", got "x" (string)',
    ])
  })

  it('checks its query and headers', () => {
    const check = (query: string): number => channel!.checkHandshake(new URLSearchParams(query), () => undefined).length
    expect([check(''), check('channels=2'), check('channels=0'), check('channels=x')]).toEqual([0, 0, 1, 1])
  })

  it('is served with references that others can follow', () => {
    expect(JSON.stringify(contract.document)).toContain('#/components/messages/listen~1v1.server-0-Results')
    expect(JSON.stringify(contract.document)).not.toContain('messages/listen/v1')
  })
})
