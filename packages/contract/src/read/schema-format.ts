/** Families of payload schema languages. `other` is not validated. */
export type SchemaFamily = 'json-schema' | 'other'

/** The family of a `schemaFormat`. AsyncAPI's own, JSON Schema of every draft and OpenAPI are one family: a superset of draft-07. */
export function schemaFamily(format: unknown): SchemaFamily {
  if (typeof format !== 'string') return format === undefined ? 'json-schema' : 'other'
  const type = format
    .split(';')[0]!
    .trim()
    .toLowerCase()
    .replace(/\+(json|yaml)$/, '')
  const families = ['application/vnd.aai.asyncapi', 'application/schema', 'application/vnd.oai.openapi']
  return families.includes(type) ? 'json-schema' : 'other'
}
