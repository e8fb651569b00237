import type { Findings } from '../diagnostics.ts'
import { type JsonValue, segmentsOf } from '../json.ts'
import { parseYaml, YamlError, type YamlNode } from '../yaml/parse-yaml.ts'
import { plainFromObject } from './plain-object.ts'
import { plainFromYaml } from './plain-yaml.ts'
import type { StandardSchemas } from './stand-in.ts'
import { LineTable, type Position, locateInJson } from './positions.ts'

/** A source that could be parsed: plain JSON, and where each pointer is in the text. */
export interface Source {
  value: JsonValue
  /** What the Standard Schemas in an object were replaced by. */
  standards: StandardSchemas
  locate(pointer: string): Position | undefined
}

/** Parses YAML or JSON text, or copies an object. Its value is null, with a finding, when the text is neither. */
export function parseSource(source: string | object, findings: Findings): Source {
  if (typeof source !== 'string') {
    const standards: StandardSchemas = new Map()
    return { value: plainFromObject(source, findings, standards), standards, locate: () => undefined }
  }
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source
  return parseJson(text, findings) ?? readYaml(text, findings)
}

function parseJson(text: string, findings: Findings): Source | undefined {
  const first = /[^ \t\r\n]/.exec(text)?.[0]
  if (first !== '{' && first !== '[') return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined // YAML's flow style looks the same; its parser also says where the mistake is.
  }
  const lines = new LineTable(text)
  return {
    value: plainFromObject(parsed, findings, new Map()),
    standards: new Map(),
    locate: (pointer) => lines.at(locateInJson(text, pointer)),
  }
}

function readYaml(text: string, findings: Findings): Source {
  const lines = new LineTable(text)
  let root: YamlNode | undefined
  try {
    root = parseYaml(text)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    const { line, column } = lines.at(error.offset)
    findings.add('not-parseable', '', `Expected YAML or JSON; at line ${line}, column ${column}: ${error.message}`)
    return { value: null, standards: new Map(), locate: () => ({ line, column }) }
  }
  return {
    value: plainFromYaml(root, findings),
    standards: new Map(),
    locate: (pointer) => lines.at(locateInYaml(root, pointer)),
  }
}

/** The offset of the value (for a member: of its key) that a pointer names, or of the nearest parent that exists. */
function locateInYaml(root: YamlNode | undefined, pointer: string): number {
  let node = root
  let offset = root?.at ?? 0
  for (const segment of segmentsOf(pointer)) {
    if (node?.kind === 'alias') node = node.target
    if (node?.kind === 'mapping') {
      const pair = node.items.find(({ key }) => key.kind === 'scalar' && key.text === segment)
      if (pair === undefined) break
      offset = pair.key.at
      node = pair.value
    } else if (node?.kind === 'sequence') {
      node = node.items[Number(segment)]
      if (node === undefined) break
      offset = node.at
    } else break
  }
  return offset
}
