import { parseYaml, YamlError, type YamlNode, type YamlValue } from '@hydrant/contract/internal'
import { nearest } from './nearest.ts'
import type { SettingName } from './setting.ts'
import { ROWS, SETTING_NAMES, SettingsError, type SourcedValue } from './settings-in-force.ts'
import { checkGiven, ValueError } from './values.ts'

/**
 * Reads a configuration file: YAML (or JSON) with one group of settings each, such as `limits: { max-message: 128KiB }`. Throws
 * {@link SettingsError} with a line for everything that is wrong: syntax, unknown names, values; `name` is said with line and column.
 */
export function parseConfigFile(text: string, name: string): Map<SettingName, SourcedValue> {
  const whereIs = (offset: number): string => {
    const before = text.slice(0, offset).split('\n')
    return `${name}:${before.length}:${before.at(-1)!.length + 1}`
  }
  let contents: YamlValue | undefined
  try {
    contents = parseYaml(text)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new SettingsError([`${whereIs(error.offset)}: ${error.message}`])
  }

  const problems: string[] = []
  const found = new Map<SettingName, SourcedValue>()
  const read = (group: YamlValue, path: string): void => {
    const seen = new Set<string>()
    for (const [key, value] of membersOf(group)) {
      const at = path === '' ? key.text : `${path}.${key.text}`
      if (seen.has(key.text)) problems.push(`${whereIs(key.at)}: ${at} is there twice`)
      seen.add(key.text)
      // Who is let in is no table of values: it is read by the guard.
      if (at === 'auth') continue
      const setting = BY_PATH.get(at)
      if (setting === undefined) {
        if (path !== '' || !GROUPS.has(at)) {
          problems.push(`${whereIs(key.at)}: ${at} is no setting${nearest(at, path === '' ? [...GROUPS] : PATHS)}`)
        } else if (value.kind === 'mapping' || isEmpty(value)) read(value, at)
        else problems.push(`${whereIs(value.at)}: ${at}: expected settings, one a line`)
        continue
      }
      const where = whereIs(isEmpty(value) ? key.at : value.at)
      const given: unknown = plain(value)
      try {
        found.set(setting, { value: checkGiven(ROWS[setting], given, 'file'), source: 'file', where })
      } catch (error) {
        if (!(error instanceof ValueError)) throw error
        problems.push(`${where}: ${at}: ${error.message}, got ${JSON.stringify(given) ?? 'nothing'}`)
      }
    }
  }
  if (contents?.kind === 'mapping') read(contents, '')
  else if (contents !== undefined && !isEmpty(contents))
    problems.push(`${whereIs(contents.at)}: expected groups of settings, such as limits:`)
  if (problems.length > 0) throw new SettingsError(problems)
  return found
}

const BY_PATH: ReadonlyMap<string, SettingName> = new Map(SETTING_NAMES.map((name) => [ROWS[name].path, name]))
const PATHS: readonly string[] = [...BY_PATH.keys()]
const GROUPS: ReadonlySet<string> = new Set(PATHS.map((path) => path.slice(0, path.indexOf('.'))))

function membersOf(node: YamlValue): (readonly [key: { at: number; text: string }, value: YamlValue])[] {
  if (node.kind !== 'mapping') return []
  return node.items.map(({ key: written, value }) => {
    const key = meant(written)
    return [{ at: written.at, text: key.kind === 'scalar' ? key.text : `(a ${key.kind})` }, meant(value)]
  })
}

function meant(node: YamlNode): YamlValue {
  return node.kind === 'alias' ? node.target : node
}

/** Scalars and lists of them are all that a setting takes; the rest is told as what it is. */
function plain(node: YamlValue): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'mapping') return { nested: true }
  return node.items.map(meant).map((item) => (item.kind === 'scalar' ? item.value : { nested: true }))
}

function isEmpty(node: YamlValue): boolean {
  return node.kind === 'scalar' && node.value === null
}
