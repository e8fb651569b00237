/**
 * JSON that comes out as it went in. A price of `10.50` or an id of 17843232920108168701 must not change on its way
 * through this program, so numbers that JavaScript would print differently are kept as their source text.
 */
interface RawJson {
  readonly rawJSON: string
}

// In every Node we support (22 and later); TypeScript's ES2023 library does not know them yet.
const json = JSON as unknown as {
  parse(text: string, reviver: (key: string, value: unknown, context: { source?: string }) => unknown): unknown
  rawJSON(text: string): RawJson
  isRawJSON(value: unknown): value is RawJson
}

/** Parses JSON text and keeps every number's spelling. @throws SyntaxError with one line that says where. */
export function parseJson(text: string): unknown {
  try {
    return json.parse(text, keepSpelling)
  } catch (error) {
    if (error instanceof RangeError) throw new SyntaxError('nested too deeply', { cause: error })
    throw new SyntaxError(oneLine((error as Error).message), { cause: error })
  }
}

/** The JSON text of a value that came from {@link parseJson}, on one line, numbers spelled as they were. */
export function printJson(value: unknown): string {
  return JSON.stringify(value)
}

/** The number or string or boolean that a person means, whatever {@link parseJson} kept of its spelling. */
export function plainValue(value: unknown): unknown {
  return json.isRawJSON(value) ? Number(value.rawJSON) : value
}

/** JSON text on one line: between tokens a line break is white space, and inside strings it cannot stand. */
export function onOneLine(jsonText: string): string {
  return jsonText.replaceAll(/[\r\n]+/g, ' ')
}

function keepSpelling(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value
  return String(value) === context.source ? value : json.rawJSON(context.source)
}

function oneLine(message: string): string {
  return message.replaceAll(/\s+/g, ' ').slice(0, 200)
}
