import type { AddressTemplate } from '../address/template.ts'
import { type JsonValue, isObject, join, own, show, textOf } from '../json.ts'
import type { Parameter } from '../model.ts'
import type { ReadContext } from './context.ts'
import { Fields } from './fields.ts'
import { compact } from './info.ts'

/** Reads a channel's `parameters`, and adds those its address uses without declaring them. */
export function readParameters(channel: Fields, template: AddressTemplate, context: ReadContext): Parameter[] {
  const parameters: Parameter[] = []
  const inQuery = new Set(template.query.map(([, value]) => value))
  for (const [name, value] of Object.entries(channel.member('parameters') ?? {})) {
    const pointer = join(channel.at('parameters'), name)
    parameters.push(readParameter(name, value, pointer, context))
    if (!template.names.includes(name) && !inQuery.has(`{${name}}`)) {
      context.findings.add(
        'parameter-unused',
        pointer,
        `The address ${template.address} has no {${name}}; the parameter is ignored.`,
      )
    }
  }
  for (const name of template.names) {
    if (parameters.some((parameter) => parameter.name === name)) continue
    context.findings.add(
      'parameter-undeclared',
      channel.at('address'),
      `{${name}} in the address is not declared in parameters; it takes any text.`,
    )
    parameters.push({ name })
  }
  return parameters
}

function readParameter(name: string, value: JsonValue, pointer: string, context: ReadContext): Parameter {
  const found = context.references.resolveObject(value, pointer, `parameter "${name}"`)
  if (found === undefined) return { name }
  const fields = new Fields(found.value, found.pointer, `parameter "${name}"`, context.findings)
  fields.allow('enum', 'default', 'description', 'examples', 'location', 'schema')
  const parameter = compact<Parameter>({
    name,
    description: fields.text('description'),
    enum: fields.texts('enum'),
    default: fields.text('default'),
    examples: fields.texts('examples'),
    location: fields.text('location'),
    ...fromSchema(fields, context),
  })
  checkValues(parameter, fields, context)
  return parameter
}

/** AsyncAPI 2 put these into a schema, and so do many version 3 documents. */
function fromSchema(fields: Fields, context: ReadContext): Partial<Parameter> {
  const value = fields.get('schema')
  const found = value === undefined ? undefined : context.references.resolve(value, fields.at('schema'))
  if (found === undefined || !isObject(found.value)) return {}
  context.findings.add(
    'parameter-schema',
    fields.at('schema'),
    'AsyncAPI 3 has enum, default and examples in the parameter itself; they are taken from the schema.',
  )
  const schema = new Fields(found.value, found.pointer, 'parameter schema', context.findings)
  const constant = own(found.value, 'const')
  const allowed = constant === undefined ? schema.list('enum')?.map(textOf) : [textOf(constant)]
  const otherwise = schema.get('default')
  return {
    ...(allowed === undefined ? {} : { enum: allowed }),
    ...(otherwise === undefined ? {} : { default: textOf(otherwise) }),
  }
}

function checkValues(
  { name, enum: allowed, default: otherwise, examples }: Parameter,
  fields: Fields,
  { findings }: ReadContext,
): void {
  if (allowed === undefined) return
  if (allowed.length === 0)
    findings.add(
      'wrong-type',
      fields.at('enum'),
      `Expected enum of parameter "${name}" to have a value; it is empty, so no address matches.`,
    )
  if (otherwise !== undefined && !allowed.includes(otherwise)) {
    findings.add(
      'parameter-default',
      fields.at('default'),
      `Expected the default to be one of the enum values; got ${show(otherwise)}.`,
    )
  }
  for (const [index, example] of (examples ?? []).entries()) {
    if (!allowed.includes(example))
      findings.add(
        'parameter-default',
        join(fields.at('examples'), index),
        `Expected the example to be one of the enum values; got ${show(example)}.`,
      )
  }
}
