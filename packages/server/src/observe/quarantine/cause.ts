import type { SchemaError } from '@hydrant/contract'
import type { HydrantError } from '../../errors.ts'

/** One thing that is wrong, without what differs from message to message: array indexes are `*`. */
export interface CauseError {
  /** JSON pointer into the payload; `*` stands for any array index. */
  readonly pointer: string
  readonly expected: string
  readonly keyword?: string | undefined
}

/** Why a message was refused: what messages with the same mistake have in common. */
export interface Cause {
  readonly code: string
  /** The message of the contract that it was nearest to. */
  readonly message: string | undefined
  readonly errors: readonly CauseError[]
}

/** Errors of one message that make its cause; the rest seldom tells more. */
const MAX_ERRORS = 8
/** Pointers hold names from the payload: a longer one is cut. In characters. */
const MAX_TEXT = 200

/** The cause of a refusal. Constant work: at most 8 errors of at most 200 characters are looked at. */
export function causeOf(error: HydrantError): Cause {
  const { message, errors = [] } = error.details
  return { code: error.code, message, errors: errors.slice(0, MAX_ERRORS).map(generalised) }
}

/** The same text for the same cause, in whatever order its errors came. */
export function causeKey({ code, message, errors }: Cause): string {
  const texts = new Set(errors.map(({ pointer, expected, keyword }) => `${pointer}\t${keyword ?? ''}\t${expected}`))
  return [code, message ?? '', ...[...texts].toSorted()].join('\n')
}

function generalised({ pointer, expected, keyword }: SchemaError): CauseError {
  return {
    pointer: pointer.slice(0, MAX_TEXT).replaceAll(/\/\d+(?=\/|$)/g, '/*'),
    expected: expected.slice(0, MAX_TEXT),
    ...(keyword === undefined ? {} : { keyword }),
  }
}
