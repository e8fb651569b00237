import type { Channel, Contract, Diagnostic } from '@hydrant/contract'
import { setUpOptions } from './create-service.ts'
import { HydrantError } from './errors.ts'
import type { AuthSettings } from './guard/schemes/settings.ts'
import { setUpAuthentication } from './guard/set-up.ts'
import { type ContractSource, loadContract, contractOptionsOf } from './load-contract.ts'
import type { HydrantOptions } from './options.ts'
import type { LiveService } from './service.ts'

/** A contract and its rules, found good. */
export interface PreparedReload {
  readonly contract: Contract
  readonly diagnostics: readonly Diagnostic[]
  /** Puts them into force; nothing of it can fail. Who may no longer have what is open is not cut yet. */
  apply(): void
}

/**
 * Everything of a reload that can fail. Throws `contract-invalid` for a document that cannot be served, that has a rule which cannot be read, or
 * that changes the kind of a channel, and an AuthSettingsError for what would not be enforced.
 */
export function prepareReload(
  service: LiveService,
  source: ContractSource,
  options: HydrantOptions & { readonly auth: AuthSettings },
): PreparedReload {
  const { contract, diagnostics } = loadContract(source, contractOptionsOf(options, service.settings))
  refuseUnreadableRules(diagnostics)
  for (const channel of contract.channels) refuseOtherKind(service.contract, channel)
  const authenticators = setUpAuthentication(setUpOptions(contract, options, service.settings))
  return {
    contract,
    diagnostics,
    apply() {
      service.contract = contract
      service.guard.replace({ contract, authenticators })
    },
  }
}

/** At the start such a rule lets nobody in; while the API is served, the rules that were there before are better than that. */
function refuseUnreadableRules(diagnostics: readonly Diagnostic[]): void {
  const found = diagnostics.find(({ code }) => code === 'allow-value')
  if (found === undefined) return
  throw new HydrantError('contract-invalid', `${found.pointer}: ${found.message} The rules of before stay.`)
}

/** The log of a channel is of one kind; what it holds cannot be read as another. */
function refuseOtherKind(contract: Contract, { address, kind, key }: Channel): void {
  const served = contract.channels.find((channel) => channel.address === address)
  if (served === undefined || (served.kind === kind && served.key === key)) return
  if (served.kind === kind) {
    throw new HydrantError(
      'contract-invalid',
      `${address}: expected key ${served.key ?? 'none'} as before; ${key ?? 'none'} needs a restart`,
    )
  }
  throw new HydrantError(
    'contract-invalid',
    `${address}: expected kind ${served.kind} as before; ${kind} needs a restart`,
  )
}
