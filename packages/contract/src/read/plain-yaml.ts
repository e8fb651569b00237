import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, join, show } from '../json.ts'
import type { YamlAlias, YamlNode, YamlPair } from '../yaml/parse-yaml.ts'
import { maxDocumentDepth, maxDocumentValues, plainScalar } from './plain-object.ts'

/** Converts a YAML tree to plain JSON: aliases are shared, not copied; `<<` is merged; `__proto__` is dropped. */
export function plainFromYaml(root: YamlNode | undefined, findings: Findings): JsonValue {
  return root === undefined ? null : new YamlReader(findings).read(root, '', 0).value
}

/** A converted node, and how many values it stands for when aliases are written out. */
interface Converted {
  value: JsonValue
  size: number
}

class YamlReader {
  readonly #findings: Findings
  readonly #done = new Map<YamlNode, Converted>()
  readonly #open = new Set<YamlNode>()

  constructor(findings: Findings) {
    this.#findings = findings
  }

  read(node: YamlNode, pointer: string, depth: number): Converted {
    if (node.kind === 'alias') return this.#alias(node, pointer, depth)
    if (node.kind === 'scalar') return { value: plainScalar(node.value, pointer, this.#findings), size: 1 }
    if (depth > maxDocumentDepth) {
      this.#findings.add(
        'document-too-large',
        pointer,
        `Expected at most ${maxDocumentDepth} levels; the rest is read as null.`,
      )
      return { value: null, size: 1 }
    }
    this.#open.add(node)
    const converted =
      node.kind === 'mapping' ? this.#map(node.items, pointer, depth) : this.#sequence(node.items, pointer, depth)
    this.#open.delete(node)
    this.#done.set(node, converted)
    return this.#bounded(converted, pointer)
  }

  #alias({ name, target }: YamlAlias, pointer: string, depth: number): Converted {
    if (this.#open.has(target)) {
      this.#findings.add('not-json', pointer, `The alias *${name} stands inside its own anchor; it is read as null.`)
      return { value: null, size: 1 }
    }
    return this.#bounded(this.#done.get(target) ?? this.read(target, pointer, depth), pointer)
  }

  #bounded(converted: Converted, pointer: string): Converted {
    if (converted.size <= maxDocumentValues) return converted
    this.#findings.add(
      'document-too-large',
      pointer,
      `Expected at most ${maxDocumentValues} values once aliases are written out; this part is read as null.`,
    )
    return { value: null, size: 1 }
  }

  #sequence(items: readonly YamlNode[], pointer: string, depth: number): Converted {
    const value: JsonValue[] = []
    let size = 1
    for (const [index, item] of items.entries()) {
      const converted = this.read(item, join(pointer, index), depth + 1)
      size += converted.size
      value.push(converted.value)
    }
    return { value, size }
  }

  #map(items: readonly YamlPair[], pointer: string, depth: number): Converted {
    const value: JsonObject = {}
    const merged: JsonValue[] = []
    let size = 1
    for (const item of items) {
      const key = this.#key(item.key, pointer)
      if (key === undefined) continue
      const place = join(pointer, key)
      const converted = this.read(item.value, place, depth + 1)
      size += converted.size
      if (key === '<<' && (isObject(converted.value) || Array.isArray(converted.value))) {
        merged.push(...[converted.value].flat())
        continue
      }
      if (Object.hasOwn(value, key))
        this.#findings.add('duplicate-key', place, `The key ${show(key)} is there twice; the last one counts.`)
      value[key] = converted.value
    }
    for (const source of merged) {
      for (const [key, inherited] of isObject(source) ? Object.entries(source) : []) {
        if (!Object.hasOwn(value, key)) value[key] = inherited
      }
    }
    return { value, size }
  }

  #key(written: YamlNode, pointer: string): string | undefined {
    const key = written.kind === 'alias' ? written.target : written
    if (key.kind !== 'scalar') {
      this.#findings.add(
        'not-json',
        pointer,
        'Expected keys that are strings; a key that is itself a mapping or a list is left out.',
      )
      return undefined
    }
    // `200:` and `on:` are written without quotes; what was written is what is meant.
    if (key.text !== '__proto__') return key.text
    this.#findings.add('not-json', join(pointer, key.text), 'The key "__proto__" is left out: it is not safe to hold.')
    return undefined
  }
}
