import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Contract, type Diagnostic, type Perspective, readContract } from '@hydrant/contract'
import { HydrantError } from './errors.ts'

/**
 * Where a contract comes from: the path of a file, a `file:` URL, the text itself (a string with a line break or that begins
 * with `{`), the parsed document, or a contract that was read already.
 */
export type ContractSource = string | URL | object | Contract

export interface LoadedContract {
  readonly contract: Contract
  readonly diagnostics: readonly Diagnostic[]
}

/** Throws `contract-invalid` when nothing in it can be served; its `details.errors` are the diagnostics that say why. */
export function loadContract(source: ContractSource, perspective: Perspective | undefined): LoadedContract {
  if (isContract(source)) return { contract: source, diagnostics: [] }
  const { text, name } = readSource(source)
  const options = {
    ...(perspective === undefined ? {} : { perspective }),
    ...(name === undefined ? {} : { name }),
  }
  const { contract, diagnostics } = readContract(text, options)
  if (contract !== undefined) return { contract, diagnostics }
  const first = diagnostics.find(({ severity }) => severity === 'error')
  const detail = `${name ?? 'the contract'} cannot be served: ${first?.message ?? 'it has no channel'}`
  throw new HydrantError('contract-invalid', detail, {
    errors: diagnostics.map(({ pointer, message }) => ({ pointer, expected: 'a valid contract', got: message })),
  })
}

function isContract(source: ContractSource): source is Contract {
  return typeof source === 'object' && 'match' in source && typeof source.match === 'function'
}

function readSource(source: string | URL | object): { text: string | object; name?: string } {
  if (source instanceof URL) return readFile(fileURLToPath(source))
  if (typeof source !== 'string') return { text: source }
  return /^\s*\{|[\r\n]/.test(source) ? { text: source } : readFile(source)
}

function readFile(path: string): { text: string; name: string } {
  return { text: readFileSync(path, 'utf8'), name: path }
}
