import type { FieldError } from './errors.ts'
import { PROTOCOL_LIMITS } from './limits.ts'
import { show } from './show.ts'
import type { OperationName } from './up.ts'

/** What a field must be, in words, and whether it is. */
interface Expectation {
  readonly expected: string
  accepts(value: unknown): boolean
}

type Fields = Readonly<Record<string, unknown>>

const text: Expectation = { expected: 'a string', accepts: (value) => typeof value === 'string' }

const address: Expectation = {
  expected: 'an address that begins with /',
  accepts: (value) => typeof value === 'string' && value.startsWith('/'),
}

const flag: Expectation = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' }

function wholeNumber(min: number, max: number): Expectation {
  return {
    expected: `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max,
  }
}

const rate: Expectation = {
  expected: `a number above 0, at most ${PROTOCOL_LIMITS.rate}`,
  accepts: (value) => typeof value === 'number' && value > 0 && value <= PROTOCOL_LIMITS.rate,
}

function textOf(min: number, max: number): Expectation {
  return {
    expected: `a string of ${min} to ${max} characters`,
    accepts: (value) => typeof value === 'string' && value.length >= min && value.length <= max,
  }
}

const base64: Expectation = {
  expected: 'base64',
  accepts: (value) =>
    typeof value === 'string' && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value),
}

/** What is wrong with the fields of each operation; nothing when it can be carried out. Unknown fields are ignored (rule 1.4). */
export const OPERATION_FIELDS: Readonly<Record<OperationName, (fields: Fields) => readonly FieldError[]>> = {
  subscribe: (fields) => [
    ...listErrors(fields['channels'], 'channels', (each, pointer) => channelErrors(each, pointer)),
  ],
  unsubscribe: (fields) => [
    ...listErrors(fields['channels'], 'channels', (each, pointer) =>
      errorsOf(address.accepts(each), pointer, address, each),
    ),
  ],
  publish: (fields) => [
    ...required(fields, 'channel', address),
    ...exactlyOne(fields, 'data', 'base64'),
    ...optional(fields, 'base64', base64),
    ...optional(fields, 'name', text),
    ...optional(fields, 'key', textOf(1, PROTOCOL_LIMITS.keyCharacters)),
  ],
  request: (fields) => [
    ...required(fields, 'channel', address),
    ...required(fields, 'data', { expected: 'a payload', accepts: (value) => value !== undefined }),
    ...optional(fields, 'name', text),
    ...optional(fields, 'timeoutMs', wholeNumber(1, PROTOCOL_LIMITS.requestTimeoutMs)),
  ],
  presence: (fields) => required(fields, 'channel', address),
  ping: () => [],
  authenticate: (fields) => required(fields, 'token', text),
}

function channelErrors(each: unknown, pointer: string): readonly FieldError[] {
  if (typeof each !== 'object' || each === null || Array.isArray(each)) {
    return [{ pointer, expected: 'an object with a channel', got: show(each) }]
  }
  const fields = each as Fields
  const both = fields['since'] !== undefined && fields['last'] !== undefined
  return [
    ...required(fields, 'channel', address, pointer),
    ...optional(fields, 'since', text, pointer),
    ...optional(fields, 'last', wholeNumber(0, PROTOCOL_LIMITS.last), pointer),
    ...(both ? [{ pointer: `${pointer}/last`, expected: 'not together with since', got: show(fields['last']) }] : []),
    ...optional(fields, 'rate', rate, pointer),
    ...optional(fields, 'conflate', textOf(1, 255), pointer),
    ...optional(fields, 'presence', flag, pointer),
  ]
}

function listErrors(
  list: unknown,
  name: string,
  check: (each: unknown, pointer: string) => readonly FieldError[],
): readonly FieldError[] {
  const max = PROTOCOL_LIMITS.channelsPerRequest
  if (!Array.isArray(list) || list.length === 0 || list.length > max) {
    const got = Array.isArray(list) ? `a list of ${list.length}` : show(list)
    return [{ pointer: `/${name}`, expected: `a list of 1 to ${max} channels`, got }]
  }
  return list.flatMap((each: unknown, index) => check(each, `/${name}/${index}`))
}

function required(fields: Fields, name: string, expectation: Expectation, parent = ''): readonly FieldError[] {
  const value = fields[name]
  return errorsOf(expectation.accepts(value), `${parent}/${name}`, expectation, value)
}

function optional(fields: Fields, name: string, expectation: Expectation, parent = ''): readonly FieldError[] {
  return fields[name] === undefined ? [] : required(fields, name, expectation, parent)
}

function exactlyOne(fields: Fields, one: string, other: string): readonly FieldError[] {
  const both = fields[one] !== undefined && fields[other] !== undefined
  const none = fields[one] === undefined && fields[other] === undefined
  if (!both && !none) return []
  return [{ pointer: `/${one}`, expected: `either ${one} or ${other}`, got: both ? 'both' : 'nothing' }]
}

function errorsOf(fits: boolean, pointer: string, { expected }: Expectation, got: unknown): readonly FieldError[] {
  return fits ? [] : [{ pointer, expected, got: show(got) }]
}
