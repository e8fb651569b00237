import type { Contract, Diagnostic } from '../model.ts'
import { type ReadOptions, readContract } from './contract.ts'

/** Thrown by {@link defineContract}. `code` is stable; the findings say what is wrong and where. */
export class ContractError extends Error {
  readonly code = 'contract-invalid'
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    const shown = errors
      .slice(0, 3)
      .map(({ pointer, message }) => `${pointer === '' ? 'document' : pointer}: ${message}`)
    super(`The contract has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}.\n${shown.join('\n')}`)
    this.name = 'ContractError'
    this.diagnostics = diagnostics
  }
}

/**
 * A contract written in TypeScript: the document as an object, with Standard Schema objects (zod, valibot, arktype), TypeBox or
 * plain JSON Schema as payloads, in place or in `options.payloads`. Unlike `readContract` it throws {@link ContractError} when
 * anything is an error: whoever writes the contract in code wants to hear of it at once.
 */
export function defineContract(document: object, options: ReadOptions = {}): Contract {
  const { contract, diagnostics } = readContract(document, options)
  if (contract === undefined || diagnostics.some(({ severity }) => severity === 'error'))
    throw new ContractError(diagnostics)
  return contract
}
