import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** The part of JSON Schema that the admin API's document uses. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly description?: string
}

/** The admin API's document, which the server carries. */
export const openapiFile: URL = new URL('../../server/src/admin/openapi.yaml', import.meta.url)
/** Where the page's types of it are. */
export const typesFile: URL = new URL('../page/data/admin-types.gen.ts', import.meta.url)

/** The types of every schema of the document, as TypeScript. */
export function adminTypes(): string {
  const { components } = parse(readFileSync(openapiFile, 'utf8')) as {
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
  }
  const types = Object.entries(components.schemas).map(
    ([name, schema]) => `${comment(schema, '')}export type ${name} = ${print(schema, '')}\n`,
  )
  return `// Written by \`npm run types -w packages/console\` from the admin API's openapi.yaml. Do not edit.\n\n${types.join('\n')}`
}

function print(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
  if (schema.allOf !== undefined) return schema.allOf.map((part) => print(part, indent)).join(' & ')
  if (schema.oneOf !== undefined) return schema.oneOf.map((part) => print(part, indent)).join(' | ')
  if ('const' in schema) return literal(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(literal).join(' | ')
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? [])
  return types.length === 0 ? 'unknown' : types.map((type) => printType(type, schema, indent)).join(' | ')
}

function printType(type: string, schema: Schema, indent: string): string {
  switch (type) {
    case 'integer':
      return 'number'
    case 'array':
      return `readonly ${parenthesized(print(schema.items ?? {}, indent))}[]`
    case 'object':
      return object(schema, indent)
    default:
      return type
  }
}

function object({ properties, required = [], additionalProperties }: Schema, indent: string): string {
  if (properties === undefined) {
    const values = typeof additionalProperties === 'object' ? print(additionalProperties, indent) : 'unknown'
    return `Readonly<Record<string, ${values}>>`
  }
  const inner = `${indent}  `
  const members = Object.entries(properties).map(([name, schema]) => {
    const key = /^[a-z_]\w*$/i.test(name) ? name : literal(name)
    return `${comment(schema, inner)}${inner}readonly ${key}${required.includes(name) ? '' : '?'}: ${print(schema, inner)}\n`
  })
  return `{\n${members.join('')}${indent}}`
}

function parenthesized(type: string): string {
  return /[|&]/.test(type.replaceAll(/\{[^]*\}/g, '')) ? `(${type})` : type
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll("'", String.raw`\'`)}'` : JSON.stringify(value)
}

function comment({ description }: Schema, indent: string): string {
  return description === undefined ? '' : `${indent}/** ${description.trim().replaceAll('\n', ' ')} */\n`
}
