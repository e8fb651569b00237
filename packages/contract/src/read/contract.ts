import { AddressMatcher } from '../address/match.ts'
import { Findings } from '../diagnostics.ts'
import { type JsonObject, isObject, join, own, show } from '../json.ts'
import type { Contract, Diagnostic, Perspective } from '../model.ts'
import { SchemaInspector } from '../schema/inspect.ts'
import { isSchema } from '../schema/keywords.ts'
import { plainPolicy } from '../schema/policy.ts'
import { SchemaScope } from '../schema/scope.ts'
import { Compiler } from '../schema/validator.ts'
import { readAllow } from './allow.ts'
import { readChannels } from './channels.ts'
import type { ReadContext } from './context.ts'
import { type HistoryDefaults, plainHistory, checkSettingNames, readPolicy } from './extensions.ts'
import { Fields } from './fields.ts'
import { checkExamples } from './examples.ts'
import { readInfo, readServers } from './info.ts'
import { link } from './link.ts'
import { readOperations } from './operations.ts'
import { Origins } from './origins.ts'
import type { Position } from './positions.ts'
import { placePayloads } from './payloads.ts'
import { References } from './refs.ts'
import { readSecuritySchemes } from './security.ts'
import type { StandardSchemas } from './stand-in.ts'
import { parseSource } from './source.ts'
import { convertVersion2 } from './version-2.ts'

/** How to read a contract. */
export interface ReadOptions {
  /** Which side Hydrant plays; `server` (the described application itself) by default. */
  readonly perspective?: Perspective
  /** What a channel keeps whose `x-hydrant.history` does not say it: 100 messages, 120,000 ms by default. */
  readonly history?: Partial<HistoryDefaults>
  /** The file's name, for messages. */
  readonly name?: string
  /** Payload schemas for messages (Standard Schema, TypeBox or JSON Schema), by message name or key; they replace what the document says. */
  readonly payloads?: Readonly<Record<string, object>>
}

/** What came of reading: findings always, a contract when something can be served. */
export interface ReadResult {
  readonly contract?: Contract
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads an AsyncAPI document from YAML, JSON or an object. Never throws on bad input: what is wrong is in the diagnostics. */
export function readContract(source: string | object, options: ReadOptions = {}): ReadResult {
  const findings = new Findings()
  const parsed = parseSource(source, findings)
  const locate = (pointer: string): Position | undefined => parsed.locate(pointer)
  const document = parsed.value
  if (!isObject(document) || !isAsyncApi(document, findings)) {
    if (!isObject(document)) notAnObject(document, findings)
    return { diagnostics: findings.list(unmoved, locate) }
  }
  const version = own(document, 'asyncapi') as string
  const origins = new Origins()
  const converted = version.startsWith('2.') ? convertVersion2(document, origins, findings).document : document
  if (converted !== document) {
    findings.add(
      'converted',
      '/asyncapi',
      `Read as AsyncAPI 3.0; got ${version}. "publish" became "receive" and "subscribe" became "send", as the specification has it.`,
    )
  }
  const { standards } = parsed
  placePayloads(converted, options.payloads ?? {}, standards, findings)
  const contract = build({ document: converted, written: document, version, standards }, options, findings)
  return {
    ...(contract === undefined ? {} : { contract }),
    diagnostics: findings.list((pointer) => origins.of(pointer), locate),
  }
}

function unmoved(pointer: string): string {
  return pointer
}

function notAnObject(document: unknown, findings: Findings): void {
  if (findings.size > 0) return
  findings.add('not-asyncapi', '', `Expected an AsyncAPI document (an object with "asyncapi"); got ${show(document)}.`)
}

function isAsyncApi(document: JsonObject, findings: Findings): boolean {
  const version = own(document, 'asyncapi')
  if (typeof version === 'string' && /^[23]\.\d+(\.\d+)?/.test(version)) {
    if (!/^(2\.[0-6]|3\.[01])(\.\d+)?$/.test(version)) {
      findings.add(
        'version-unknown',
        '/asyncapi',
        `Expected 2.0 to 2.6, 3.0 or 3.1; got ${show(version)}, which is read as the nearest of these.`,
      )
    }
    return true
  }
  const other = ['openapi', 'swagger'].find((name) => own(document, name) !== undefined)
  const hint = other === undefined ? '' : ` This is an ${other} document, which describes HTTP APIs.`
  findings.add(
    'not-asyncapi',
    version === undefined ? '' : '/asyncapi',
    `Expected "asyncapi" with version 2.x or 3.x; got ${version === undefined ? 'none' : show(version)}.${hint}`,
  )
  return false
}

const rootFields = ['asyncapi', 'id', 'info', 'servers', 'defaultContentType', 'channels', 'operations', 'components']

/** A document of version 3, and what it was made from. */
interface Parsed {
  document: JsonObject
  written: JsonObject
  version: string
  standards: StandardSchemas
}

function build(
  { document, written, version, standards }: Parsed,
  options: ReadOptions,
  findings: Findings,
): Contract | undefined {
  const references = new References(document, findings, written)
  const root = new Fields(document, '', 'the document', findings).allow(...rootFields)
  const scope = new SchemaScope((reference) => unwrapped(references.find(reference)?.value))
  const basis = {
    findings,
    references,
    compiler: new Compiler(scope),
    inspector: new SchemaInspector(scope, references, findings),
    perspective: options.perspective ?? 'server',
    history: { ...plainHistory, ...options.history },
    defaultContentType: root.text('defaultContentType'),
    standards,
  }
  const context: ReadContext = { ...basis, securitySchemes: readSecuritySchemes(own(document, 'components'), basis) }
  checkSettingNames(document, '', 'root', findings)
  const policy = readPolicy(document, '', plainPolicy, findings)
  const drafts = readChannels(root, policy, context)
  const operations = readOperations(root, drafts, context)
  checkExamples(drafts, context)
  inspectComponents(document, context)
  const linked = link(drafts, operations, readAllow(document, '', findings), context)
  const info = readInfo(own(document, 'info'), context)
  const servers = readServers(root, context)
  if (linked.channels.length === 0) {
    findings.add(
      'nothing-to-serve',
      document['channels'] === undefined ? '' : '/channels',
      'Expected at least one channel with an address; there is none, so nothing can be served.',
    )
    return undefined
  }
  const matcher = new AddressMatcher(linked.routes)
  return {
    asyncapi: version,
    perspective: context.perspective,
    info,
    servers,
    channels: linked.channels,
    operations: linked.operations,
    securitySchemes: [...context.securitySchemes.values()],
    security: servers.flatMap(({ security }) => security),
    document,
    match: (address) => matcher.match(address),
  }
}

/** Schemas that no message refers to are looked at as well: somebody will refer to them. */
function inspectComponents(document: JsonObject, { inspector }: ReadContext): void {
  const components = own(document, 'components')
  const schemas = isObject(components) ? own(components, 'schemas') : undefined
  for (const [name, written] of Object.entries(isObject(schemas) ? schemas : {})) {
    const schema = unwrapped(written)
    const pointer = join('/components/schemas', name)
    if (isSchema(schema)) inspector.inspect(schema, schema === written ? pointer : join(pointer, 'schema'))
  }
}

/** A `$ref` may lead to a `{ schemaFormat, schema }` object; inside a schema its schema is meant. */
function unwrapped(value: unknown): unknown {
  return isObject(value) && own(value, 'schemaFormat') !== undefined && own(value, 'schema') !== undefined
    ? own(value, 'schema')
    : value
}
