import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, own, show } from '../json.ts'
import { isStandardSchema } from '../schema/standard-schema.ts'
import { plainFromObject } from './plain-object.ts'
import { type StandardSchemas, standIn } from './stand-in.ts'

/** Puts payload schemas from TypeScript into the messages they are for, by key or name. The document must be a copy of the caller's. */
export function placePayloads(
  document: JsonObject,
  payloads: Readonly<Record<string, object>>,
  standards: StandardSchemas,
  findings: Findings,
): void {
  const messages = messagesOf(document)
  for (const [name, payload] of Object.entries(payloads)) {
    const meant = messages.filter(({ key, message }) => key === name || own(message, 'name') === name)
    if (meant.length === 0) {
      findings.add(
        'payload-unused',
        '',
        `A payload was given for the message ${show(name)}, which the document does not have; it is ignored.`,
      )
    }
    const schema = isStandardSchema(payload)
      ? standIn(payload, standards)
      : plainFromObject(payload, findings, standards)
    for (const { message } of meant) message['payload'] = schema
  }
}

function messagesOf(document: JsonObject): { key: string; message: JsonObject }[] {
  const declared = [
    ...members(own(document, 'components'), 'messages'),
    ...members(document, 'channels').flatMap(([, channel]) => members(channel, 'messages')),
  ]
  return declared.flatMap(([key, message]) =>
    isObject(message) && own(message, '$ref') === undefined ? [{ key, message }] : [],
  )
}

function members(owner: JsonValue | undefined, name: string): [string, JsonValue][] {
  const found = isObject(owner) ? own(owner, name) : undefined
  return isObject(found) ? Object.entries(found) : []
}
