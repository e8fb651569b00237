import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, join, own, show } from '../json.ts'
import { type Origins, without } from './origins.ts'

/** Converts a server: its `url` becomes `host`, `pathname` and, where it is missing, `protocol`. */
export function convertServer(
  server: JsonObject,
  document: JsonObject,
  pointer: string,
  origins: Origins,
  findings: Findings,
): JsonObject {
  const rest = without(server, 'url', 'security')
  const url = own(server, 'url')
  const security = own(server, 'security')
  if (url !== undefined && typeof url !== 'string') {
    findings.add('wrong-type', join(pointer, 'url'), `Expected url to be a string; got ${show(url)}, which is ignored.`)
  }
  for (const part of ['host', 'pathname']) origins.moved(join(pointer, part), join(pointer, 'url'))
  return {
    ...(typeof url === 'string' ? partsOf(url) : {}),
    ...rest,
    ...(security === undefined ? {} : { security: convertSecurity(security, document) }),
  }
}

/** Not the URL class: hosts and paths hold `{variables}`. */
function partsOf(url: string): JsonObject {
  const [, protocol, host = '', pathname = ''] = /^(?:([a-zA-Z][\w+.-]*):\/\/)?([^/]*)(\/.*)?$/.exec(url.trim()) ?? []
  return {
    host,
    ...(protocol === undefined ? {} : { protocol: protocol.toLowerCase() }),
    ...(pathname === '' || pathname === '/' ? {} : { pathname }),
  }
}

/**
 * `{ name: [scopes] }` becomes a reference to the scheme; with scopes, a copy that carries them. What version 3 cannot say (two schemes at
 * once) stays as it is, and is then a scheme that cannot be enforced, not one that is forgotten.
 */
export function convertSecurity(security: JsonValue, document: JsonObject): JsonValue {
  if (!Array.isArray(security)) return security
  const components = own(document, 'components')
  const schemes = isObject(components) ? own(components, 'securitySchemes') : undefined
  return security.map((requirement): JsonValue => {
    const entries = isObject(requirement) ? Object.entries(requirement) : []
    if (entries.length !== 1) return requirement
    const [name, scopes] = entries[0]!
    const scheme = isObject(schemes) ? own(schemes, name) : undefined
    if (Array.isArray(scopes) && scopes.length === 0) return { $ref: `#${join('/components/securitySchemes', name)}` }
    return isObject(scheme) ? { ...convertScopes(scheme), scopes } : requirement
  })
}

/** In version 3 the scopes an OAuth flow offers are called `availableScopes`. */
export function convertScopes(scheme: JsonObject): JsonObject {
  const flows = own(scheme, 'flows')
  if (!isObject(flows)) return scheme
  const converted: JsonObject = {}
  for (const [name, flow] of Object.entries(flows)) {
    converted[name] =
      isObject(flow) && flow['scopes'] !== undefined
        ? { ...without(flow, 'scopes'), availableScopes: flow['scopes'] }
        : flow
  }
  return { ...scheme, flows: converted }
}
