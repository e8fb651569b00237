import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { nearest } from './nearest.ts'
import type { SettingName } from './setting.ts'
import { ROWS, SETTING_NAMES, SettingsError, type SourcedValue } from './settings-in-force.ts'
import { checkGiven, ValueError } from './values.ts'

/**
 * Reads a configuration file: YAML (or JSON) with one group of settings each, such as `limits: { max-message: 128KiB }`. Throws
 * {@link SettingsError} with a line for everything that is wrong: syntax, unknown names, values; `name` is said with line and column.
 */
export function parseConfigFile(text: string, name: string): Map<SettingName, SourcedValue> {
  const lines = new LineCounter()
  // Without merge keys and custom tags, and with few aliases: a configuration needs none.
  const document = parseDocument(text, { lineCounter: lines, version: '1.2', merge: false, prettyErrors: false })
  const whereIs = (offset: number | undefined): string => {
    const { line, col } = lines.linePos(offset ?? 0)
    return `${name}:${line}:${col}`
  }
  const syntax = document.errors.map((error) => `${whereIs(error.pos[0])}: ${error.message}`)
  if (syntax.length > 0) throw new SettingsError(syntax)

  const problems: string[] = []
  const found = new Map<SettingName, SourcedValue>()
  const read = (node: unknown, path: string): void => {
    for (const [key, keyAt, value] of membersOf(node)) {
      const at = path === '' ? key : `${path}.${key}`
      // Who is let in is no table of values: it is read by the guard.
      if (at === 'auth') continue
      const setting = BY_PATH.get(at)
      if (setting === undefined) {
        if (path !== '' || !GROUPS.has(at)) {
          problems.push(`${whereIs(keyAt)}: ${at} is no setting${nearest(at, path === '' ? [...GROUPS] : PATHS)}`)
        } else if (isMap(value) || isEmpty(value)) read(value, at)
        else problems.push(`${whereIs(value?.range?.[0])}: ${at}: expected settings, one a line`)
        continue
      }
      const where = whereIs(value?.range?.[0] ?? keyAt)
      const given: unknown = plain(value)
      try {
        found.set(setting, { value: checkGiven(ROWS[setting], given, 'file'), source: 'file', where })
      } catch (error) {
        if (!(error instanceof ValueError)) throw error
        problems.push(`${where}: ${at}: ${error.message}, got ${JSON.stringify(given) ?? 'nothing'}`)
      }
    }
  }
  const { contents } = document
  if (isMap(contents)) read(contents, '')
  else if (!isEmpty(contents))
    problems.push(`${whereIs(contents?.range?.[0])}: expected groups of settings, such as limits:`)
  if (problems.length > 0) throw new SettingsError(problems)
  return found
}

const BY_PATH: ReadonlyMap<string, SettingName> = new Map(SETTING_NAMES.map((name) => [ROWS[name].path, name]))
const PATHS: readonly string[] = [...BY_PATH.keys()]
const GROUPS: ReadonlySet<string> = new Set(PATHS.map((path) => path.slice(0, path.indexOf('.'))))

function membersOf(node: unknown): [key: string, keyAt: number | undefined, value: Node | null][] {
  if (!isMap(node)) return []
  return node.items.map(({ key, value }) => [
    isScalar(key) ? String(key.value) : String(key),
    (key as Node | null)?.range?.[0],
    value as Node | null,
  ])
}

/** Scalars and lists of them are all that a setting takes; the rest is told as what it is. */
function plain(node: Node | null): unknown {
  if (isScalar(node)) return node.value
  if (isSeq(node)) return node.items.map((item) => (isScalar(item) ? item.value : { nested: true }))
  return isMap(node) ? { nested: true } : undefined
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null)
}
