import { type JsonObject, type JsonValue, isObject, join, own, show } from '../json.ts'
import type { SecurityScheme } from '../model.ts'
import { canonicalText } from '../schema/equality.ts'
import type { ReadContext } from './context.ts'
import { Fields } from './fields.ts'
import { without } from './origins.ts'
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

/**
 * Reads the `security` list of a server or an operation. What cannot be read stays in it as a scheme that cannot be enforced: a slip must
 * not open what it was meant to close.
 */
export function readSecurity(owner: Fields, context: ReadContext): SecurityScheme[] {
  const listed = owner.list('security')
  if (listed === undefined) {
    const written = owner.get('security')
    return written === undefined || written === null ? [] : [unreadable(owner.at('security'))]
  }
  return listed.map((value, index) => {
    const pointer = join(owner.at('security'), index)
    const key = referenceOf(value)
      ?.match(/^#\/components\/securitySchemes\/([^/]+)$/)?.[1]
      ?.replaceAll('~1', '/')
      .replaceAll('~0', '~')
    const declared = key === undefined ? undefined : context.securitySchemes.get(key)
    if (declared !== undefined) return declared
    const found = context.references.resolveObject(value, pointer, 'a security scheme')
    if (found === undefined) return unreadable(pointer)
    const original = key ?? nameOfOriginal(found.value, context.securitySchemes)
    return readScheme(original ?? pointer, found.value, found.pointer, context)
  })
}

function unreadable(pointer: string): SecurityScheme {
  return { name: pointer, type: 'unknown', scopes: [], definition: {} }
}

/** AsyncAPI 3 keeps scopes in the scheme, so that an operation with scopes of its own has a copy of the scheme. */
function nameOfOriginal(copy: JsonObject, schemes: ReadonlyMap<string, SecurityScheme>): string | undefined {
  const fingerprint = withoutScopes(copy)
  for (const { name, definition } of schemes.values()) if (withoutScopes(definition) === fingerprint) return name
  return undefined
}

function withoutScopes(definition: JsonObject): string {
  return canonicalText(without(definition, 'scopes', 'description'))
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
  const scopes = fields.texts('scopes')
  if (scopes === undefined && fields.has('scopes') && fields.get('scopes') !== null)
    return { ...unreadable(pointer), name }
  return { name, type, scopes: scopes ?? [], definition: object, ...(description === undefined ? {} : { description }) }
}
