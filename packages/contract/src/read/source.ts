import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml'
import type { Document, ParsedNode } from 'yaml'
import type { Findings } from '../diagnostics.ts'
import { type JsonValue, segmentsOf, show } from '../json.ts'
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

/** Parses YAML or JSON text, or copies an object. Undefined, with findings, when it is neither. */
export function parseSource(source: string | object, findings: Findings): Source | undefined {
  if (typeof source !== 'string') {
    const standards: StandardSchemas = new Map()
    return { value: plainFromObject(source, findings, standards), standards, locate: () => undefined }
  }
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source
  return parseJson(text, findings) ?? parseYaml(text, findings)
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

function parseYaml(text: string, findings: Findings): Source | undefined {
  const lines = new LineTable(text)
  // Duplicate keys are found while converting: the parser's own check is quadratic.
  const options = { prettyErrors: false, uniqueKeys: false, logLevel: 'silent', stringKeys: false } as const
  let document: Document.Parsed
  try {
    document = parseDocument(text, options)
  } catch (error) {
    findings.add('not-parseable', '', `Expected YAML or JSON; the parser gave up: ${reasonOf(error)}.`)
    return undefined
  }
  const [problem] = document.errors
  if (problem !== undefined) {
    const { line, column } = lines.at(problem.pos[0])
    findings.add(
      'not-parseable',
      '',
      `Expected YAML or JSON; at line ${line}, column ${column}: ${problem.message.replace(/\s+/g, ' ')}`,
    )
    return { value: null, standards: new Map(), locate: () => ({ line, column }) }
  }
  return {
    value: plainFromYaml(document, findings),
    standards: new Map(),
    locate: (pointer) => lines.at(offsetInYaml(document, pointer)),
  }
}

function offsetInYaml(document: Document.Parsed, pointer: string): number {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const segment of segmentsOf(pointer)) {
    if (isAlias(node)) node = node.resolve(document)
    let next: unknown
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === segment)
      if (pair === undefined) break
      offset = startOf(pair.key) ?? offset
      next = pair.value
    } else if (isSeq(node)) {
      next = node.items[Number(segment)]
      if (next === undefined) break
      offset = startOf(next) ?? offset
    } else break
    node = next
  }
  return offset
}

function startOf(node: unknown): number | undefined {
  return (node as ParsedNode | null)?.range?.[0]
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : show(error)
}
