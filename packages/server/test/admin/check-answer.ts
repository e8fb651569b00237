import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { readDescription } from '../../src/admin/openapi-document.ts'

const { document } = readDescription()

/** Schemas that others are made of: they stay open, and are closed where they stand alone. */
const PARTS: ReadonlySet<string> = new Set(
  [...JSON.stringify(document).matchAll(/"allOf":\[\{"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name!,
  ),
)

const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema({ $id: 'https://admin.invalid/openapi', ...(closed(document) as object) })

interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, ResponseObject>>
}

interface ResponseObject {
  readonly $ref?: string
  readonly content?: Readonly<Record<string, { readonly schema: unknown }>>
}

const paths = Object.entries(document['paths'] as unknown as Record<string, Record<string, Operation>>)

/** The description without room for what it does not say: a member that is sent and not described is a fault too. */
function closed(value: unknown, isPart = false): unknown {
  if (Array.isArray(value)) return value.map((each) => closed(each, isPart))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([name, member]) => [
    name,
    closed(member, name === 'allOf' || PARTS.has(name)),
  ])
  const copy = Object.fromEntries(members) as Record<string, unknown>
  const isObject = ('properties' in value && 'type' in value) || 'allOf' in value
  const isWholePart = '$ref' in value && PARTS.has(String(value.$ref).split('/').at(-1)!)
  if ((isObject || isWholePart) && !isPart && !('additionalProperties' in value)) copy['unevaluatedProperties'] = false
  return copy
}

/** What is at a JSON pointer of the description. */
export function resolve(pointer: string): unknown {
  return pointer
    .slice(1)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document)
}

const compiled = new Map<string, ValidateFunction>()

/** What is wrong with a value by a schema of the description; its references are followed. */
export function problemsOf(schema: unknown, value: unknown): string[] {
  const text = JSON.stringify(closed(schema)).replaceAll('"$ref":"#', '"$ref":"https://admin.invalid/openapi#')
  let validate = compiled.get(text)
  if (validate === undefined) {
    validate = ajv.compile(JSON.parse(text) as object)
    compiled.set(text, validate)
  }
  if (validate(value)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** The operation of this id. */
export function operationOf(id: string): Operation {
  const found = paths.flatMap(([, item]) => Object.values(item)).find(({ operationId }) => operationId === id)
  if (found === undefined) throw new Error(id)
  return found
}

/**
 * What is wrong with an answer: its status, media type or body is not described for this method and path. Paths that no operation has are
 * refused in the form that all have.
 */
export function problemsOfAnswer(
  method: string,
  path: string,
  answer: { readonly status: number; readonly contentType: string; readonly json: unknown },
): string[] {
  const operation = operationAt(method, path.split('?')[0]!)
  const responses: Operation['responses'] = operation?.responses ?? {
    default: { $ref: '#/components/responses/Problem' },
  }
  const described = responses[String(answer.status)] ?? (answer.status < 400 ? undefined : responses['default'])
  const response = described?.$ref === undefined ? described : (resolve(described.$ref.slice(1)) as ResponseObject)
  const media = Object.entries(response?.content ?? {}).find(([type]) => answer.contentType.startsWith(type))
  if (media === undefined) return [`${answer.status} ${answer.contentType} is not described for ${method} ${path}`]
  return answer.json === undefined ? [] : problemsOf(media[1].schema, answer.json)
}

function operationAt(method: string, path: string): Operation | undefined {
  // A path of its own comes before a pattern: `/quarantine/export` is no group.
  const exact = paths.find(([pattern]) => pattern === path)
  const [, item] = exact ?? paths.find(([pattern]) => matches(pattern, path)) ?? []
  return item?.[method.toLowerCase()]
}

function matches(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, at) => part.startsWith('{') || part === given[at])
}
