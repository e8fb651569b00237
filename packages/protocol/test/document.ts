import { readFileSync } from 'node:fs'
import { type Diagnostic, readContract } from '@hydrant/contract'

/** The part of the protocol's own AsyncAPI document that the tests use. */
export interface ProtocolDocument {
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly payload: object }>>
    readonly schemas: object
  }
}

/** `hydrant.v1.asyncapi.yaml`, and what `hydrant check` says of it. */
export function readDocument(): { readonly document: ProtocolDocument; readonly diagnostics: readonly Diagnostic[] } {
  const text = readFileSync(new URL('../hydrant.v1.asyncapi.yaml', import.meta.url), 'utf8')
  const { contract, diagnostics } = readContract(text)
  if (contract === undefined) throw new Error(`the document cannot be read: ${JSON.stringify(diagnostics)}`)
  return { document: contract.document as unknown as ProtocolDocument, diagnostics }
}
