import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml'
import type { Document, Pair } from 'yaml'
import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, isObject, join, show } from '../json.ts'
import { maxDocumentDepth, maxDocumentValues, plainScalar } from './plain-object.ts'

/** Converts a YAML tree to plain JSON: aliases are shared, not copied; `<<` is merged; `__proto__` is dropped. */
export function plainFromYaml(document: Document.Parsed, findings: Findings): JsonValue {
  return new YamlReader(document, findings).read(document.contents, '', 0).value
}

/** A converted node, and how many values it stands for when aliases are written out. */
interface Converted {
  value: JsonValue
  size: number
}

class YamlReader {
  readonly #document: Document.Parsed
  readonly #findings: Findings
  readonly #done = new Map<unknown, Converted>()
  readonly #open = new Set<unknown>()

  constructor(document: Document.Parsed, findings: Findings) {
    this.#document = document
    this.#findings = findings
  }

  read(node: unknown, pointer: string, depth: number): Converted {
    if (isAlias(node)) return this.#alias(node, pointer, depth)
    if (isScalar(node)) return { value: plainScalar(node.value, pointer, this.#findings), size: 1 }
    if (!isMap(node) && !isSeq(node)) return { value: null, size: 1 }
    if (depth > maxDocumentDepth) {
      this.#findings.add(
        'document-too-large',
        pointer,
        `Expected at most ${maxDocumentDepth} levels; the rest is read as null.`,
      )
      return { value: null, size: 1 }
    }
    this.#open.add(node)
    const converted = isMap(node) ? this.#map(node.items, pointer, depth) : this.#sequence(node.items, pointer, depth)
    this.#open.delete(node)
    this.#done.set(node, converted)
    return this.#bounded(converted, pointer)
  }

  #alias(
    alias: { source: string; resolve: (document: Document.Parsed) => unknown },
    pointer: string,
    depth: number,
  ): Converted {
    const target = alias.resolve(this.#document)
    if (target === undefined || this.#open.has(target)) {
      this.#findings.add(
        'not-json',
        pointer,
        `The alias *${alias.source} stands inside its own anchor; it is read as null.`,
      )
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

  #sequence(items: readonly unknown[], pointer: string, depth: number): Converted {
    const value: JsonValue[] = []
    let size = 1
    for (const [index, item] of items.entries()) {
      const converted = this.read(item, join(pointer, index), depth + 1)
      size += converted.size
      value.push(converted.value)
    }
    return { value, size }
  }

  #map(items: readonly unknown[], pointer: string, depth: number): Converted {
    const value: JsonObject = {}
    const merged: JsonValue[] = []
    let size = 1
    for (const item of items) {
      if (!isPair(item)) continue
      const key = this.#key(item, pointer)
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

  #key(pair: Pair, pointer: string): string | undefined {
    const key = isAlias(pair.key) ? pair.key.resolve(this.#document) : pair.key
    if (!isScalar(key)) {
      this.#findings.add(
        'not-json',
        pointer,
        'Expected keys that are strings; a key that is itself a mapping or a list is left out.',
      )
      return undefined
    }
    // `200:` and `on:` are written without quotes; what was written is what is meant.
    const name = typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
    if (name !== '__proto__') return name
    this.#findings.add('not-json', join(pointer, name), 'The key "__proto__" is left out: it is not safe to hold.')
    return undefined
  }
}
