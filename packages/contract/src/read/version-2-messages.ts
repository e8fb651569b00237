import { type JsonObject, join, own } from '../json.ts'
import { type Origins, without } from './origins.ts'

/** Converts a message whose traits are merged already: `schemaFormat` moves into the payload, `messageId` became the key. */
export function convertMessage(message: JsonObject, pointer: string, origin: string, origins: Origins): JsonObject {
  const format = own(message, 'schemaFormat')
  const payload = own(message, 'payload')
  const rest = without(message, 'schemaFormat', 'messageId', 'payload', 'traits')
  if (payload === undefined) return rest
  if (format === undefined) return { ...rest, payload }
  origins.moved(join(pointer, 'payload', 'schema'), join(origin, 'payload'))
  origins.moved(join(pointer, 'payload', 'schemaFormat'), join(origin, 'schemaFormat'))
  return { ...rest, payload: { schemaFormat: format, schema: payload } }
}
