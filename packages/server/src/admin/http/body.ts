import type { JsonObject, SchemaError } from '@hydrant/contract'
import { HydrantError } from '../../errors.ts'
import { parseJson } from '../../message/json-text.ts'

/** A contract is the largest thing that is sent here, in bytes. */
const MAX_BODY_BYTES = 8 * 1024 * 1024

/**
 * The JSON body of a request. Throws `unsupported-media-type` for anything that is not declared as JSON: a form, which a page of
 * another site can send without asking, never is. Throws `message-too-large`, `malformed-json` or `bad-request`.
 */
export async function readJsonBody(
  request: Request,
  check: (value: unknown) => readonly SchemaError[],
): Promise<{ readonly value: JsonObject; readonly text: string }> {
  const contentType = request.headers.get('content-type') ?? ''
  if (!/^application\/json *(?:;|$)/i.test(contentType)) {
    throw new HydrantError('unsupported-media-type', `expected application/json, got ${JSON.stringify(contentType)}`)
  }
  const text = await readText(request)
  const value = parseJson(text)
  const errors = check(value)
  const [first] = errors
  if (first === undefined) return { value: value as JsonObject, text }
  throw new HydrantError('bad-request', `the body${first.pointer}: expected ${first.expected}, got ${first.got}`, {
    errors,
  })
}

async function readText({ body }: Request): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) {
      throw new HydrantError('message-too-large', `expected at most ${MAX_BODY_BYTES} bytes`)
    }
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (error) {
    throw new HydrantError('malformed-json', 'expected UTF-8', { cause: error })
  }
}
