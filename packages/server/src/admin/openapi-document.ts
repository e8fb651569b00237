import { readFileSync } from 'node:fs'
import { compileSchema, type JsonObject, type JsonSchema, type SchemaError } from '@hydrant/contract'
import { load } from 'js-yaml'

/** One parameter of the query, as the description has it. */
export interface QueryParameter {
  readonly name: string
  readonly required: boolean
  readonly type: string | undefined
  readonly default: unknown
  check(value: unknown): readonly SchemaError[]
}

/** One operation of the admin API: where it is, and what it takes. */
export interface AdminOperation {
  readonly id: string
  readonly method: string
  /** As Hono writes it: `/connections/:id`. */
  readonly route: string
  readonly query: readonly QueryParameter[]
  /** Undefined where there is no body. */
  readonly checkBody: ((value: unknown) => readonly SchemaError[]) | undefined
  /** Whether it is open to whoever reaches the listener. */
  readonly isOpen: boolean
}

/** The description of the admin API as it is served: the routes and the checks of what comes in are made from it. */
export interface AdminDescription {
  readonly document: JsonObject
  readonly operations: readonly AdminOperation[]
}

/** Reads `openapi.yaml`. Synchronous, some milliseconds: called once, when the first admin listener opens. */
export function readDescription(): AdminDescription {
  const document = load(readFileSync(adminFile('openapi.yaml'), 'utf8')) as OpenApiDocument & JsonObject
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation === undefined ? [] : [toOperation(document, path, method, item, operation)]
    }),
  )
  return { document, operations }
}

/** The compiler copies no YAML: the package carries its sources too, and `src/admin` is as far from both folders. */
export function adminFile(name: string): URL {
  return new URL(`../../src/admin/${name}`, import.meta.url)
}

const METHODS = ['get', 'put', 'post', 'delete'] as const

interface OpenApiDocument {
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: { readonly parameters: Readonly<Record<string, ParameterObject>> }
}

type PathItem = { readonly [Method in (typeof METHODS)[number]]?: OperationObject } & {
  readonly parameters?: readonly (ParameterObject | { readonly $ref: string })[]
}

interface OperationObject {
  readonly operationId: string
  readonly parameters?: readonly (ParameterObject | { readonly $ref: string })[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> }
  readonly security?: readonly object[]
}

interface ParameterObject {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: JsonSchema
}

function toOperation(
  document: OpenApiDocument & JsonObject,
  path: string,
  method: string,
  item: PathItem,
  operation: OperationObject,
): AdminOperation {
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((parameter) =>
    '$ref' in parameter ? document.components.parameters[parameter.$ref.split('/').at(-1)!]! : parameter,
  )
  const body = operation.requestBody?.content['application/json']?.schema
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    route: path.replaceAll(/\{(\w+)\}/g, ':$1'),
    query: parameters.filter((parameter) => parameter.in === 'query').map((each) => toQueryParameter(document, each)),
    checkBody: body === undefined ? undefined : compileSchema(body, document),
    isOpen: operation.security?.length === 1 && Object.keys(operation.security[0]!).length === 0,
  }
}

function toQueryParameter(document: object, { name, required, schema }: ParameterObject): QueryParameter {
  const { type, default: preset } = schema as { readonly type?: string; readonly default?: unknown }
  return { name, required: required === true, type, default: preset, check: compileSchema(schema, document) }
}
