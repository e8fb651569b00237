import { problem, PROTOCOL_ERRORS, type ProtocolErrorCode, type ProtocolProblem } from '@hydrant/protocol'
import { ERRORS, type ErrorCode, type HydrantError, toHydrantError } from '../../errors.ts'
import type { Service } from '../../service.ts'

/** A refusal that only the socket protocol has. */
export class ProtocolRefusal extends Error {
  override readonly name = 'ProtocolRefusal'
  readonly problem: ProtocolProblem

  constructor(refused: ProtocolProblem) {
    super(refused.detail)
    this.problem = refused
  }
}

/** A refusal from the table of the socket protocol. */
export function refusal(...args: Parameters<typeof problem>): ProtocolRefusal {
  return new ProtocolRefusal(problem(...args))
}

/** Errors of the doors that the socket protocol knows by another name. */
const RENAMED: Partial<Record<ErrorCode, ProtocolErrorCode>> = {
  'bad-request': 'field-invalid',
  'malformed-json': 'malformed-message',
}

/** The problem object of whatever was thrown. Faults of ours are reported, and told as `internal`. */
export function toProtocolProblem(error: unknown, service: Service): ProtocolProblem {
  if (error instanceof ProtocolRefusal) return error.problem
  const known: HydrantError = toHydrantError(error)
  if (known.code === 'internal') service.onFault(error)
  service.observer.answered(known)
  // What the contract declares goes out as it is.
  if (!Object.hasOwn(ERRORS, known.code)) return known.toProblem()
  const code = RENAMED[known.code as ErrorCode] ?? (known.code as ErrorCode)
  if (!Object.hasOwn(PROTOCOL_ERRORS, code)) return problem('internal', 'The server failed to handle this.')
  const { status, title } = PROTOCOL_ERRORS[code as ProtocolErrorCode]
  return { ...known.toProblem(), type: `urn:hydrant:${code}`, title, status, code }
}
