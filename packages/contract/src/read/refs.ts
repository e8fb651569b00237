import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonValue, at, isObject, join, own, segmentsOf, show } from '../json.ts'

/** A value and the place it really stands at, after following references. */
export interface Located<T = JsonValue> {
  value: T
  pointer: string
}

/** Follows local `$ref`s in one document. Loops and dead ends become findings, never exceptions. */
export class References {
  readonly root: JsonValue
  readonly #findings: Findings
  /** Where a pointer is looked up when the document does not have it: the document before conversion from 2.x. */
  readonly #fallback: JsonValue | undefined

  constructor(root: JsonValue, findings: Findings, fallback?: JsonValue) {
    this.root = root
    this.#findings = findings
    this.#fallback = fallback
  }

  /** The value itself, or what its `$ref` (and that one's, and so on) leads to. Undefined with a finding when it leads nowhere. */
  resolve(value: JsonValue, pointer: string): Located | undefined {
    let here: Located = { value, pointer }
    const seen = new Set<JsonValue>()
    for (;;) {
      const reference = referenceOf(here.value)
      if (reference === undefined) return here
      if (seen.has(here.value)) {
        this.#findings.add('ref-loop', pointer, `Following ${show(reference)} leads back to itself; it is ignored.`)
        return undefined
      }
      seen.add(here.value)
      const next = this.#follow(reference, join(here.pointer, '$ref'))
      if (next === undefined) return undefined
      here = next
    }
  }

  /** As {@link resolve}, without findings: undefined when it leads nowhere. */
  peek(value: JsonValue, pointer: string): Located | undefined {
    let here: Located | undefined = { value, pointer }
    for (let hops = 0; here !== undefined && hops < maxPeekHops; hops += 1) {
      const reference = referenceOf(here.value)
      if (reference === undefined) return here
      here = this.find(reference)
    }
    return undefined
  }

  /** As {@link resolve}, for places where AsyncAPI wants an object. */
  resolveObject(value: JsonValue, pointer: string, what: string): Located<JsonObject> | undefined {
    const found = this.resolve(value, pointer)
    if (found === undefined) return undefined
    if (isObject(found.value)) return { value: found.value, pointer: found.pointer }
    this.#findings.add(
      'wrong-type',
      found.pointer,
      `Expected ${what} to be an object; got ${show(found.value)}, which is ignored.`,
    )
    return undefined
  }

  /** What a fragment such as `#/components/schemas/a` names, without following a `$ref` that stands there. No findings. */
  find(reference: string): Located | undefined {
    const pointer = pointerOf(reference)
    if (pointer === undefined) return undefined
    return (
      this.#descend(this.root, pointer) ??
      (this.#fallback === undefined ? undefined : this.#descend(this.#fallback, pointer))
    )
  }

  #follow(reference: string, place: string): Located | undefined {
    if (!reference.startsWith('#')) {
      this.#findings.add(
        'ref-external',
        place,
        `Expected a reference into this document ("#/…"); got ${show(reference)}, which is ignored. Bundle the files into one.`,
      )
      return undefined
    }
    const found = this.find(reference)
    if (found === undefined) {
      this.#findings.add('ref-not-found', place, `${show(reference)} leads nowhere; it is ignored.`)
    } else if (segmentsOf(found.pointer).some((segment) => segment.includes('/') && reference.includes(segment))) {
      this.#findings.add(
        'ref-unescaped',
        place,
        `Expected a slash in a key to be written "~1"; got ${show(reference)}, which is read as "#${found.pointer}".`,
      )
    }
    return found
  }

  /** Also passes through references on the way: `#/channels/a/messages/b` where channel `a` is itself a `$ref`. */
  #descend(root: JsonValue, pointer: string, hops = 0): Located | undefined {
    const direct = at(root, pointer)
    if (direct !== undefined) return { value: direct as JsonValue, pointer }
    const segments = segmentsOf(pointer)
    let here: Located = { value: root, pointer: '' }
    for (let index = 0; index < segments.length;) {
      const reference = referenceOf(here.value)
      if (reference !== undefined && hops < maxReferenceHops) {
        const inner = pointerOf(reference)
        const next = inner === undefined ? undefined : this.#descend(root, inner, hops + 1)
        if (next === undefined) return undefined
        here = next
      }
      const step = member(here.value, segments.slice(index))
      if (step === undefined) return undefined
      here = { value: step.value, pointer: join(here.pointer, step.name) }
      index += step.taken
    }
    return here
  }
}

/** References of references that are followed where nobody is told about a loop. */
const maxPeekHops = 100

/** References that stand on the way to what another one names. */
const maxReferenceHops = 20

/** The member the first segment names, or the first few: keys with slashes are often written into references without escaping. */
function member(
  value: JsonValue,
  segments: readonly string[],
): { value: JsonValue; name: string; taken: number } | undefined {
  let name = ''
  for (const [index, segment] of segments.entries()) {
    name += index === 0 ? segment : `/${segment}`
    const found = at(value, join('', name))
    if (found !== undefined) return { value: found as JsonValue, name, taken: index + 1 }
  }
  return undefined
}

/** The `$ref` of a reference object. */
export function referenceOf(value: JsonValue | undefined): string | undefined {
  const reference = isObject(value) ? own(value, '$ref') : undefined
  return typeof reference === 'string' ? reference : undefined
}

/** The JSON pointer in a local reference: `#` and `#/a%20b` are pointers, `#anchor` and `other.yaml` are not. */
export function pointerOf(reference: string): string | undefined {
  if (!reference.startsWith('#')) return undefined
  let pointer = reference.slice(1)
  try {
    pointer = decodeURIComponent(pointer)
  } catch {
    // A stray percent sign: the reference is taken as it is written.
  }
  return pointer === '' || pointer.startsWith('/') ? pointer : undefined
}
