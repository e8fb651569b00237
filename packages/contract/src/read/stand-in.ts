import { type JsonObject, type JsonValue, isObject } from '../json.ts'
import { type StandardSchema, describeStandardSchema } from '../schema/standard-schema.ts'

/** The Standard Schema objects of a contract, by the JSON Schema that stands in the document for each. */
export type StandardSchemas = Map<JsonValue, StandardSchema>

/** The JSON Schema that stands for a Standard Schema in the served document. */
export function standIn(schema: StandardSchema, standards: StandardSchemas): JsonObject {
  const described = describeStandardSchema(schema)
  const { vendor } = schema['~standard']
  const shown: JsonObject = isObject(described) ? described : { description: `Checked by a ${vendor} schema.` }
  standards.set(shown, schema)
  return shown
}
