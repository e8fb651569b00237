import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type AuthSettings, AuthSettingsError, readAuthSettings } from './settings.ts'

/**
 * The section `auth` of a configuration file; none is no settings. `jwksFile` of a scheme, a path from the file, is read in place of `jwks`. Rejects with
 * {@link AuthSettingsError}, or the system's error for what cannot be read.
 */
export async function readAuthFile(file: string): Promise<AuthSettings> {
  // Only who has a file waits for the parser to load.
  const { parse } = await import('yaml')
  const document: unknown = parse(await readFile(file, 'utf8'), { merge: false })
  if (!isObject(document) || !Object.hasOwn(document, 'auth') || document['auth'] === null) return {}
  const schemes = document['auth']
  if (!isObject(schemes)) return readAuthSettings(schemes, `${file}: auth`)
  const entries = Object.entries(schemes).map(async ([name, scheme]) => [
    name,
    isObject(scheme) && Object.hasOwn(scheme, 'jwksFile') ? await withKeys(scheme, name, file) : scheme,
  ])
  return readAuthSettings(Object.fromEntries(await Promise.all(entries)), `${file}: auth`)
}

async function withKeys(scheme: Readonly<Record<string, unknown>>, name: string, file: string): Promise<object> {
  const { jwksFile, ...others } = scheme
  const where = `${file}: auth.${name}.jwksFile`
  if (typeof jwksFile !== 'string') throw new AuthSettingsError(`${where}: expected the path of a file`)
  if (others['jwks'] !== undefined) throw new AuthSettingsError(`${where}: expected one of jwks and jwksFile, got both`)
  const text = await readFile(path.resolve(path.dirname(file), jwksFile), 'utf8')
  try {
    return { ...others, jwks: JSON.parse(text) as unknown }
  } catch (error) {
    throw new AuthSettingsError(`${where}: expected JSON (RFC 7517 §5)`, { cause: error })
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
