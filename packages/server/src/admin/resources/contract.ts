import { contractOptionsOf } from '../../load-contract.ts'
import { compareContracts, readContract } from '@hydrant/contract'
import { HydrantError } from '../../errors.ts'
import type { AdminHandlers } from '../call.ts'
import type { ContractVersion } from '../contract-versions.ts'
import { pageOf } from '../pages.ts'
import type { AdminParts } from '../parts.ts'
import { timeOf } from './status.ts'

/** `/contract…`. */
export function contractHandlers(parts: AdminParts): AdminHandlers {
  const { host, versions } = parts
  return {
    getContract: () => ({ json: contractOf(parts) }),
    async putContract({ body, actor }) {
      const source = body['document'] as string | object
      const { contract, diagnostics } = readContract(source, contractOptionsOf(host.contract, host.service.settings))
      if (contract === undefined) {
        throw new HydrantError('message-invalid', 'the document cannot be served', {
          errors: diagnostics
            .filter(({ severity }) => severity === 'error')
            .map(({ pointer, message }) => ({ pointer, expected: 'a document that can be served', got: message })),
        })
      }
      const changes = compareContracts(host.contract, contract)
      const breaking = changes.filter(({ breaks }) => breaks)
      const details = { version: contract.info.version, changes: changes.length, breaking: breaking.length }
      if (body['dryRun'] === true)
        return { json: { loaded: false, changes, diagnostics }, audit: { details: { ...details, dryRun: true } } }
      if (breaking.length > 0 && body['force'] !== true) {
        const [first] = breaking
        const detail = `${breaking.length} of ${changes.length} changes break clients, the first at ${first!.pointer}: ${first!.message}`
        throw new HydrantError('contract-breaks-clients', detail, { extensions: { changes } })
      }
      await versions.loadAs(actor, () => host.reload(contract))
      return {
        json: { loaded: true, changes, diagnostics },
        audit: { details: { ...details, forced: body['force'] === true } },
      }
    },
    listContractVersions(call) {
      return {
        json: pageOf(call, {
          items: versions.all,
          keyOf: ({ number }) => ({ value: number, id: number }),
          descending: true,
          show: showVersion,
        }),
      }
    },
    getContractVersion({ path }) {
      const version = versions.all.find(({ number }) => String(number) === path['number'])
      if (version === undefined) throw new HydrantError('not-found', `no version ${path['number']} is kept`)
      return { json: showVersionDetails(version) }
    },
  }
}

/** `ContractDetails` of the description. */
export function contractOf({ host, versions }: AdminParts): object {
  const { contract, diagnostics } = host
  const { asyncapi, perspective, document } = contract
  return { ...showVersion(versions.current), asyncapi, perspective, document, diagnostics }
}

function showVersion({ number, contract, digest, loadedMs, actor, differences }: ContractVersion): object {
  const { title, version } = contract.info
  return {
    number,
    title,
    version,
    digest,
    loadedAt: timeOf(loadedMs),
    actor,
    changes: differences.length,
    breaking: differences.filter(({ breaks }) => breaks).length,
  }
}

/** `ContractVersionDetails` of the description. */
export function showVersionDetails(version: ContractVersion): object {
  return { ...showVersion(version), document: version.contract.document, differences: version.differences }
}
