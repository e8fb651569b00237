/**
 * What a plain scalar stands for by the core schema of YAML 1.2 (§10.3.2): null, a boolean, a number or else a string. A number that JSON
 * cannot say, such as `.inf`, is returned as it is. `on`, `yes` and dates are strings.
 */
export function coreScalar(text: string): string | number | boolean | null {
  // Nearly every scalar begins with a letter that none of the others begins with.
  if (!MAY_BE_OTHER.test(text)) return text
  if (NULL.test(text)) return null
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  return coreNumber(text) ?? text
}

/** What a scalar with the tag `!!name` stands for; the text itself for a tag that the core schema does not know, or does not fit. */
export function taggedScalar(name: string, text: string): string | number | boolean | null {
  const value = name === 'str' ? text : coreScalar(text)
  switch (name) {
    case 'null':
      return value === null ? null : text
    case 'bool':
      return typeof value === 'boolean' ? value : text
    case 'int':
    case 'float':
      return typeof value === 'number' ? value : text
    default:
      return text
  }
}

function coreNumber(text: string): number | undefined {
  if (DECIMAL.test(text)) return Number(text)
  if (OCTAL.test(text) || HEXADECIMAL.test(text)) return Number(text)
  if (INFINITE.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  return NOT_A_NUMBER.test(text) ? Number.NaN : undefined
}

const MAY_BE_OTHER = /^(?:$|[~nNtTfF+\-.\d])/
const NULL = /^(?:~|null|Null|NULL|)$/
const TRUE = /^(?:true|True|TRUE)$/
const FALSE = /^(?:false|False|FALSE)$/
const DECIMAL = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const OCTAL = /^0o[0-7]+$/
const HEXADECIMAL = /^0x[\da-fA-F]+$/
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/
