import { createHash } from 'node:crypto'
import { type Change, compareContracts, type Contract } from '@hydrant/contract'
import type { Clock } from '../runtime/clock.ts'

/** A contract that was loaded, and what it changed. */
export interface ContractVersion {
  readonly number: number
  readonly contract: Contract
  /** First 16 hexadecimal digits of the document's SHA-256. */
  readonly digest: string
  readonly loadedMs: number
  /** `start`, `reload`, or who put it. */
  readonly actor: string
  /** Since the version before. */
  readonly differences: readonly Change[]
}

const MAX_VERSIONS = 20

/** The contracts that were loaded since the start; the last 20. Looks at the loaded one when it is asked. */
export class ContractVersions {
  readonly #loaded: () => Contract
  readonly #clock: Clock
  readonly #versions: ContractVersion[] = []
  #lastNumber = 0
  /** Who loads the next one. */
  #actor = 'start'

  constructor(loaded: () => Contract, clock: Clock) {
    this.#loaded = loaded
    this.#clock = clock
    this.#look()
    this.#actor = 'reload'
  }

  /** Newest last. */
  get all(): readonly ContractVersion[] {
    this.#look()
    return this.#versions
  }

  get current(): ContractVersion {
    return this.all.at(-1)!
  }

  /** Carries out a load in somebody's name. */
  async loadAs(actor: string, load: () => Promise<void> | void): Promise<void> {
    this.#look()
    this.#actor = actor
    try {
      await load()
      this.#look()
    } finally {
      this.#actor = 'reload'
    }
  }

  #look(): void {
    const contract = this.#loaded()
    const before = this.#versions.at(-1)
    if (before?.contract === contract) return
    this.#versions.push({
      number: ++this.#lastNumber,
      contract,
      digest: createHash('sha256').update(JSON.stringify(contract.document)).digest('hex').slice(0, 16),
      loadedMs: this.#clock.wallMs(),
      actor: this.#actor,
      differences: before === undefined ? [] : compareContracts(before.contract, contract),
    })
    if (this.#versions.length > MAX_VERSIONS) this.#versions.shift()
  }
}
