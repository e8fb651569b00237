import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, join, own, show } from '../json.ts'
import { type Origins, without } from './origins.ts'

/** Converts a server: its `url` becomes `host`, `pathname` and, where it is missing, `protocol`. */
export function convertServer(server: JsonObject, pointer: string, origins: Origins, findings: Findings): JsonObject {
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
    ...(Array.isArray(security) ? { security: convertSecurity(security) } : {}),
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

/** `{ name: [scopes] }` becomes a reference to the scheme; with scopes, a copy that carries them. */
export function convertSecurity(security: readonly JsonValue[], document?: JsonObject): JsonValue[] {
  return security.flatMap((requirement) =>
    Object.entries(isObject(requirement) ? requirement : {}).map(([name, scopes]): JsonValue => {
      const components = document === undefined ? undefined : own(document, 'components')
      const schemes = isObject(components) ? own(components, 'securitySchemes') : undefined
      const scheme = isObject(schemes) ? own(schemes, name) : undefined
      if (Array.isArray(scopes) && scopes.length > 0 && isObject(scheme)) return { ...scheme, scopes }
      return { $ref: `#${join('/components/securitySchemes', name)}` }
    }),
  )
}
