import { type JsonObject, type JsonValue, isObject, join, own, show } from '../json.ts'
import type { SecurityScheme } from '../model.ts'
import type { ReadContext } from './context.ts'
import { Fields } from './fields.ts'
import { referenceOf } from './refs.ts'

const knownTypes = [
  'userPassword',
  'apiKey',
  'X509',
  'symmetricEncryption',
  'asymmetricEncryption',
  'httpApiKey',
  'http',
  'oauth2',
  'openIdConnect',
  'plain',
  'scramSha256',
  'scramSha512',
  'gssapi',
]

/** What each type cannot do without. */
const requiredFields: Record<string, readonly string[]> = {
  apiKey: ['in'],
  httpApiKey: ['name', 'in'],
  http: ['scheme'],
  oauth2: ['flows'],
  openIdConnect: ['openIdConnectUrl'],
}

/** Reads `components.securitySchemes`, by key. */
export function readSecuritySchemes(
  components: JsonValue | undefined,
  context: Omit<ReadContext, 'securitySchemes'>,
): Map<string, SecurityScheme> {
  const schemes = new Map<string, SecurityScheme>()
  const declared = isObject(components) ? own(components, 'securitySchemes') : undefined
  for (const [name, value] of Object.entries(isObject(declared) ? declared : {})) {
    const found = context.references.resolveObject(
      value,
      join('/components/securitySchemes', name),
      'a security scheme',
    )
    if (found !== undefined) schemes.set(name, readScheme(name, found.value, found.pointer, context))
  }
  return schemes
}

/** Reads the `security` list of a server or an operation. */
export function readSecurity(owner: Fields, context: ReadContext): SecurityScheme[] {
  const schemes: SecurityScheme[] = []
  for (const [index, value] of (owner.list('security') ?? []).entries()) {
    const pointer = join(owner.at('security'), index)
    const key = referenceOf(value)
      ?.match(/^#\/components\/securitySchemes\/([^/]+)$/)?.[1]
      ?.replaceAll('~1', '/')
      .replaceAll('~0', '~')
    const declared = key === undefined ? undefined : context.securitySchemes.get(key)
    if (declared !== undefined) {
      schemes.push(declared)
      continue
    }
    const found = context.references.resolveObject(value, pointer, 'a security scheme')
    if (found !== undefined) schemes.push(readScheme(key ?? pointer, found.value, found.pointer, context))
  }
  return schemes
}

function readScheme(
  name: string,
  object: JsonObject,
  pointer: string,
  { findings }: Pick<ReadContext, 'findings'>,
): SecurityScheme {
  const fields = new Fields(object, pointer, `security scheme "${name}"`, findings)
  const type = fields.requiredText('type', 'unknown')
  if (fields.has('type') && !knownTypes.includes(type)) {
    findings.add(
      'security-unknown',
      fields.at('type'),
      `Expected one of ${knownTypes.join(', ')}; got ${show(type)}. It cannot be enforced.`,
    )
  }
  for (const needed of Object.hasOwn(requiredFields, type) ? requiredFields[type]! : []) {
    if (!fields.has(needed))
      findings.add(
        'required-field',
        pointer,
        `A security scheme of type ${type} needs ${show(needed)}; it cannot be enforced without.`,
      )
  }
  const description = fields.text('description')
  const scopes = fields.texts('scopes') ?? []
  return { name, type, scopes, definition: object, ...(description === undefined ? {} : { description }) }
}
