import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Contract, type Diagnostic, readContract, type ReadOptions } from '@hydrant/contract'
import { HydrantError } from './errors.ts'
import type { HydrantOptions } from './options.ts'
import type { SettingsInForce } from './settings/settings-in-force.ts'

/**
 * Where a contract comes from: the path of a file, a `file:` URL, the text itself (a string with a line break or that begins
 * with `{`), the parsed document, or a contract that was read already.
 */
export type ContractSource = string | URL | object | Contract

export interface LoadedContract {
  readonly contract: Contract
  readonly diagnostics: readonly Diagnostic[]
}

/** What settings say of a contract. */
export type ContractOptions = Pick<ReadOptions, 'perspective' | 'history'>

/** The part of the settings that is about the contract. */
export function contractOptionsOf(
  options: Pick<HydrantOptions, 'perspective'>,
  { values }: SettingsInForce,
): ContractOptions {
  const { historyMessages, historyAgeMs } = values
  return {
    history: { messages: historyMessages, maxAgeMs: historyAgeMs },
    ...(options.perspective === undefined ? {} : { perspective: options.perspective }),
  }
}

/** Throws `contract-invalid` when nothing in it can be served; its `details.errors` are the diagnostics that say why. */
export function loadContract(source: ContractSource, options: ContractOptions): LoadedContract {
  if (isContract(source)) return { contract: source, diagnostics: [] }
  const { text, name } = readSource(source)
  const { contract, diagnostics } = readContract(text, { ...options, ...(name === undefined ? {} : { name }) })
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
