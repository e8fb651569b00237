import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { OPERATION_FIELDS } from '../src/fields.ts'
import { type Down, parseDown, parseUp } from '../src/index.ts'
import { readDocument } from './document.ts'
import { readVectors, textOf } from './vectors.ts'

const { subprotocol, up, down } = readVectors()
const { document } = readDocument()
const ajv = new Ajv2020({ strict: false }).addSchema({ $id: 'doc:', components: document.components })

/** Which of the document's messages a value is valid as. */
function messagesOf(value: unknown): string[] {
  return Object.keys(document.components.messages).filter((name) =>
    ajv.validate({ $ref: `doc:#/components/messages/${name}/payload` }, value),
  )
}

function kindOf(value: Down | undefined): string {
  if (value === undefined) return 'ignored'
  if ('c' in value) return 'message'
  return 'push' in value ? 'push' : 'reply'
}

describe('vectors, from the client', () => {
  it.each(up)('[$rule] $name: $outcome.kind', (vector) => {
    const text = textOf(vector)
    const parsed = parseUp(parseJson(text))
    const { outcome } = vector
    switch (outcome.kind) {
      case 'request':
        expect(parsed).toEqual({ kind: 'request', request: vector.message })
        expect(messagesOf(vector.message)).toEqual([(vector.message as { op: string }).op])
        break
      case 'refused':
        expect(parsed).toMatchObject({ kind: 'refused', id: outcome.id, error: { code: outcome.code } })
        if (outcome.pointers !== undefined && parsed.kind === 'refused') {
          expect(parsed.error.errors?.map(({ pointer }) => pointer)).toEqual(outcome.pointers)
        }
        // What JSON Schema cannot say of base64 is said by the parser alone.
        if (outcome.pointers?.join() !== '/base64') expect(messagesOf(vector.message)).toEqual([])
        break
      case 'strike':
        expect(parsed).toMatchObject({ kind: 'strike', error: { code: outcome.code } })
        break
    }
  })

  it('[2.6] every operation has a good and a bad one', () => {
    for (const op of Object.keys(OPERATION_FIELDS)) {
      const kinds = up
        .filter(({ message }) => (message as { op?: unknown } | null)?.op === op)
        .map(({ outcome }) => outcome.kind)
      expect(kinds, op).toContain('request')
      // A ping has no field that could be wrong but its id.
      expect(kinds, op).toContain(op === 'ping' ? 'strike' : 'refused')
    }
  })
})

describe('[1.3] vectors, from the server', () => {
  it.each(down)('[$rule] $name: $outcome.kind', (vector) => {
    expect(kindOf(parseDown(textOf(vector)))).toBe(vector.outcome.kind)
    const known = messagesOf(vector.message)
    if (vector.outcome.kind === 'ignored') expect(known).toEqual([])
    else if ((vector.message as { push?: string }).push !== 'horoscope') expect(known).toHaveLength(1)
  })

  it('every message of the document has one', () => {
    const covered = new Set(
      [...up, ...down].flatMap(({ message, outcome }) => (outcome.kind === 'strike' ? [] : messagesOf(message))),
    )
    expect([...covered].toSorted()).toEqual(Object.keys(document.components.messages).toSorted())
  })
})

it('the vectors are those of this version', () => {
  expect(subprotocol).toBe('hydrant.v1')
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
