import type { JsonSchema } from '../json.ts'
import { type JsonObject, setOwn } from '../json.ts'
import type { SchemaError } from '../model.ts'
import { stepsFor, withBudget } from './budget.ts'
import { declaredProperties } from './declared.ts'
import { coerceText } from './coerce.ts'
import { Report } from './report.ts'
import type { Compiler } from './validator.ts'

/** Most characters of query and header values that are looked at. */
const maxLength = 16_384

/** Checks the query and the headers of a handshake. Errors point to `/query/…` and `/headers/…`. */
export function checkHandshake(
  { query, headers }: { query?: JsonSchema; headers?: JsonSchema },
  parameters: URLSearchParams,
  header: (name: string) => string | undefined,
  compiler: Compiler,
): readonly SchemaError[] {
  const report = new Report()
  if (query !== undefined) {
    const value = gather(query, compiler, (name) => (parameters.has(name) ? parameters.getAll(name) : undefined))
    explain(query, value, '/query', report, compiler)
  }
  if (headers !== undefined) {
    const value = gather(headers, compiler, (name) => {
      const found = header(name)
      return found === undefined ? undefined : [found]
    })
    explain(headers, value, '/headers', report, compiler)
  }
  return report.errors
}

/** The declared properties that are there, in the types their schemas ask for. Undeclared ones are nobody's business here. */
function gather(schema: JsonSchema, compiler: Compiler, get: (name: string) => string[] | undefined): JsonObject {
  const value: JsonObject = {}
  for (const [name, property] of declaredProperties(schema, schema, compiler.scope)) {
    const texts = get(name)?.map((text) => text.slice(0, maxLength))
    if (texts !== undefined) setOwn(value, name, coerceText(texts, property, schema, compiler.scope))
  }
  return value
}

function explain(schema: JsonSchema, value: JsonObject, pointer: string, report: Report, compiler: Compiler): void {
  const validator = compiler.compile(schema)
  const exhausted = (): void => report.add(pointer, 'values that can be checked in bounded time', value, 'budget')
  const done = withBudget(
    stepsFor(Object.keys(value).length),
    () => (validator.explain(value, pointer, report), true),
    false,
  )
  if (!done) exhausted()
}
