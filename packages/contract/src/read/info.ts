import { type JsonObject, type JsonValue, isObject, join } from '../json.ts'
import type { ExternalDocs, Info, SecurityScheme, Server, ServerVariable, Tag } from '../model.ts'
import type { ReadContext } from './context.ts'
import { Fields, defined } from './fields.ts'
import { readSecurity } from './security.ts'

type Optional<T> = { [K in keyof T]?: T[K] | undefined }

/** Reads `info`. A document without one is served as "Untitled". */
export function readInfo(value: JsonValue | undefined, context: ReadContext): Info {
  const found = isObject(value) ? value : {}
  const fields = new Fields(found, '/info', 'info', context.findings)
  fields.allow('title', 'version', 'description', 'termsOfService', 'contact', 'license', 'tags', 'externalDocs')
  const contact = fields.member('contact')
  const license = fields.member('license')
  return compact<Info>({
    title: fields.requiredText('title', 'Untitled'),
    version: fields.requiredText('version', '0.0.0'),
    description: fields.text('description'),
    termsOfService: fields.text('termsOfService'),
    contact: contact === undefined ? undefined : readContact(contact, context),
    license: license === undefined ? undefined : readLicense(license, context),
    tags: readTags(fields, context),
    externalDocs: readExternalDocs(fields, context),
  })
}

function readContact(contact: JsonObject, context: ReadContext): NonNullable<Info['contact']> {
  const fields = new Fields(contact, '/info/contact', 'contact', context.findings)
  fields.allow('name', 'url', 'email')
  return defined({ name: fields.text('name'), url: fields.text('url'), email: fields.text('email') }) as NonNullable<
    Info['contact']
  >
}

function readLicense(license: JsonObject, context: ReadContext): NonNullable<Info['license']> {
  const fields = new Fields(license, '/info/license', 'license', context.findings)
  fields.allow('name', 'url')
  return defined({ name: fields.requiredText('name', 'unnamed'), url: fields.text('url') }) as NonNullable<
    Info['license']
  >
}

/** Reads `tags`, each of which may be a reference. */
export function readTags(fields: Fields, context: ReadContext): Tag[] {
  const tags: Tag[] = []
  for (const [index, value] of (fields.list('tags') ?? []).entries()) {
    const found = context.references.resolveObject(value, join(fields.at('tags'), index), 'a tag')
    if (found === undefined) continue
    const tag = new Fields(found.value, found.pointer, 'tag', context.findings).allow(
      'name',
      'description',
      'externalDocs',
    )
    tags.push(compact<Tag>({ name: tag.requiredText('name', 'unnamed'), description: tag.text('description') }))
  }
  return tags
}

function readExternalDocs(fields: Fields, context: ReadContext): ExternalDocs | undefined {
  const value = fields.get('externalDocs')
  const found =
    value === undefined ? undefined : context.references.resolveObject(value, fields.at('externalDocs'), 'externalDocs')
  if (found === undefined) return undefined
  const docs = new Fields(found.value, found.pointer, 'externalDocs', context.findings).allow('url', 'description')
  return compact<ExternalDocs>({ url: docs.requiredText('url', ''), description: docs.text('description') })
}

/** Reads `servers`. */
export function readServers(root: Fields, context: ReadContext): Server[] {
  const servers: Server[] = []
  for (const [id, value] of Object.entries(root.member('servers') ?? {})) {
    const found = context.references.resolveObject(value, join('/servers', id), `server "${id}"`)
    if (found !== undefined) servers.push(readServer(id, found.value, found.pointer, context))
  }
  return servers
}

const serverFields = [
  'host',
  'protocol',
  'protocolVersion',
  'pathname',
  'description',
  'title',
  'summary',
  'variables',
  'security',
  'tags',
  'externalDocs',
  'bindings',
]

function readServer(id: string, object: JsonObject, pointer: string, context: ReadContext): Server {
  const fields = new Fields(object, pointer, `server "${id}"`, context.findings).allow(...serverFields)
  const security: SecurityScheme[] = readSecurity(fields, context)
  return compact<Server>({
    id,
    host: fields.requiredText('host', 'localhost'),
    protocol: fields.requiredText('protocol', 'wss'),
    pathname: fields.text('pathname'),
    protocolVersion: fields.text('protocolVersion'),
    title: fields.text('title'),
    summary: fields.text('summary'),
    description: fields.text('description'),
    variables: readVariables(fields, context),
    security,
    tags: readTags(fields, context),
  })
}

function readVariables(server: Fields, context: ReadContext): ServerVariable[] {
  const variables: ServerVariable[] = []
  for (const [name, value] of Object.entries(server.member('variables') ?? {})) {
    const found = context.references.resolveObject(
      value,
      join(server.at('variables'), name),
      `server variable "${name}"`,
    )
    if (found === undefined) continue
    const fields = new Fields(found.value, found.pointer, `server variable "${name}"`, context.findings)
    fields.allow('enum', 'default', 'description', 'examples')
    variables.push(
      compact<ServerVariable>({
        name,
        enum: fields.texts('enum'),
        default: fields.text('default'),
        description: fields.text('description'),
        examples: fields.texts('examples'),
      }),
    )
  }
  return variables
}

/** An object of type T from one whose optional members may be undefined. */
export function compact<T>(object: { [K in keyof Required<T>]: T[K] | undefined } | Optional<T>): T {
  return defined(object) as T
}
