import { Format } from 'typebox/format'

/** Longest string a format is checked on; longer ones are refused. Some of the format checks are not linear. */
const maxFormattedLength = 8_192

/** The check behind a `format`, or undefined for one that is only an annotation (`int32`, `password`, `binary`, …). */
export function formatTest(format: string): ((value: string) => boolean) | undefined {
  const check = Format.Get(format)
  if (check === undefined) return undefined
  return (value) => value.length <= maxFormattedLength && check(value)
}
