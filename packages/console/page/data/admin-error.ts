import type { Problem, SchemaError } from './admin-types.gen.ts'

/** What went wrong between the page and the admin API. Match `code`: the server's, or `unreachable`, `not-an-answer`, `offline`. */
export class AdminError extends Error {
  readonly code: string
  readonly status: number
  /** The server's RFC 9457 object; for a refused contract with its `changes`. */
  readonly problem: Problem | undefined

  constructor(code: string, message: string, options: { readonly status?: number; readonly problem?: Problem } = {}) {
    super(message)
    this.name = 'AdminError'
    this.code = code
    this.status = options.status ?? 0
    this.problem = options.problem
  }

  /** Where a payload is wrong; empty for other errors. */
  get errors(): readonly SchemaError[] {
    return this.problem?.errors ?? []
  }

  static of(error: unknown): AdminError {
    if (error instanceof AdminError) return error
    return new AdminError('unknown', error instanceof Error ? error.message : String(error))
  }
}
