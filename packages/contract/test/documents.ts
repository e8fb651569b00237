import {
  type Contract,
  type Diagnostic,
  type JsonObject,
  type MessageSet,
  type ReadOptions,
  readContract,
} from '../src/index.ts'

/** A document with one channel `/c`; `parts` replaces or adds whole fields. */
export function documentWith(parts: JsonObject = {}): JsonObject {
  return {
    asyncapi: '3.0.0',
    info: { title: 'Test', version: '1.0.0' },
    channels: { c: { address: '/c', messages: { m: { payload: { type: 'object' } } } } },
    operations: { sendM: { action: 'send', channel: { $ref: '#/channels/c' } } },
    ...parts,
  }
}

/** A document whose channel `/c` has these messages, open in both directions unless told otherwise. */
export function documentOf(messages: object, parts: JsonObject = {}): JsonObject {
  return documentWith({ channels: { c: { address: '/c', messages: messages as JsonObject } }, ...parts })
}

/** The contract of a document that can be served. */
export function contractOf(source: string | object, options?: ReadOptions): Contract {
  const { contract, diagnostics } = readContract(source, options)
  if (contract === undefined) throw new Error(`no contract: ${JSON.stringify(diagnostics)}`)
  return contract
}

/** All messages of the channel `/c`. */
export function setOf(messages: object, parts: JsonObject = {}): MessageSet {
  return contractOf(documentOf(messages, parts)).channels[0]!.all
}

/** A set with one message whose payload is this schema. */
export function setFor(payload: unknown, parts: JsonObject = {}): MessageSet {
  return setOf({ m: { payload } }, parts)
}

/** Checks a JSON value; the errors as `pointer: expected, got`. Empty when valid. */
export function problems(set: MessageSet, value: unknown, name?: string): string[] {
  const result = set.check({ encoding: 'json', value }, name)
  return result.ok ? [] : result.errors.map(({ pointer, expected, got }) => `${pointer}: ${expected}, got ${got}`)
}

/** The name of the message a JSON value is, or undefined. */
export function nameOf(set: MessageSet, value: unknown): string | undefined {
  const result = set.check({ encoding: 'json', value })
  return result.ok ? result.message.name : undefined
}

/** The findings of a source, as `severity code pointer`. */
export function findings(source: string | object, options?: ReadOptions): string[] {
  return readContract(source, options).diagnostics.map(
    ({ severity, code, pointer }) => `${severity} ${code} ${pointer}`,
  )
}

/** The findings with one code. */
export function withCode(source: string | object, code: string): Diagnostic[] {
  return readContract(source).diagnostics.filter((diagnostic) => diagnostic.code === code)
}
