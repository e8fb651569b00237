import {
  type AliasEvent,
  type Event,
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_POP,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  getScalarValue,
  type MappingEvent,
  parseEvents,
  SCALAR_STYLE_DOUBLE_QUOTED,
  SCALAR_STYLE_PLAIN,
  SCALAR_STYLE_SINGLE_QUOTED,
  type ScalarEvent,
  type SequenceEvent,
  YAMLException,
} from 'js-yaml'
import { coreScalar, taggedScalar } from './scalar.ts'

/** A node of a YAML document; `at` is the offset in the text at which it begins. */
export type YamlNode = YamlValue | YamlAlias

/** A node that is no alias. */
export type YamlValue = YamlScalar | YamlSequence | YamlMapping

interface YamlScalar {
  readonly kind: 'scalar'
  readonly at: number
  /** By the core schema: `200` is a number, `"200"` a string. */
  readonly value: string | number | boolean | null
  /** As it is written, without quotes: `0x10`, `on`. */
  readonly text: string
}

interface YamlSequence {
  readonly kind: 'sequence'
  readonly at: number
  readonly items: YamlNode[]
}

interface YamlMapping {
  readonly kind: 'mapping'
  readonly at: number
  readonly items: YamlPair[]
}

export interface YamlPair {
  readonly key: YamlNode
  readonly value: YamlNode
}

export interface YamlAlias {
  readonly kind: 'alias'
  readonly at: number
  readonly name: string
  /** What the anchor stands at: a node before it, or one that it is itself in. */
  readonly target: YamlValue
}

/** Text that is not one YAML document. `offset` is where. */
export class YamlError extends Error {
  readonly offset: number

  constructor(message: string, offset: number) {
    super(message)
    this.name = 'YamlError'
    this.offset = offset
  }
}

/** Nesting that is not even read: whoever takes the nodes has a lower limit of its own. */
const MAX_DEPTH = 1_000

/** Reads one YAML 1.2 document; undefined when there is none. Throws {@link YamlError}. Unknown tags are ignored. */
export function parseYaml(text: string): YamlValue | undefined {
  return new TreeBuilder(text, eventsOf(text)).build()
}

function eventsOf(text: string): readonly Event[] {
  try {
    return parseEvents(text, { maxDepth: MAX_DEPTH })
  } catch (error) {
    if (error instanceof YAMLException) throw new YamlError(error.reason, error.mark?.position ?? 0)
    throw new YamlError(`the parser gave up: ${String(error)}`, 0)
  }
}

type Collection = YamlSequence | YamlMapping

/** Puts the parser's events together, without recursion. */
class TreeBuilder {
  readonly #text: string
  readonly #events: readonly Event[]
  readonly #anchors = new Map<string, YamlValue>()
  readonly #open: Collection[] = []
  /** For each open mapping the key that waits for its value. */
  readonly #keys: (YamlNode | undefined)[] = []
  #root: YamlNode | undefined
  /** Where the last thing began: that is where what is left empty is. */
  #lastAt = 0

  constructor(text: string, events: readonly Event[]) {
    this.#text = text
    this.#events = events
  }

  build(): YamlValue | undefined {
    let documents = 0
    for (const event of this.#events) {
      if (event.type === EVENT_DOCUMENT && ++documents > 1) {
        throw new YamlError('expected one document, got several', this.#text.indexOf('---', this.#lastAt))
      }
      this.#take(event)
    }
    return this.#root?.kind === 'alias' ? this.#root.target : this.#root
  }

  #take(event: Event): void {
    switch (event.type) {
      case EVENT_SCALAR:
        this.#place(this.#anchored(event, this.#scalar(event)))
        return
      case EVENT_SEQUENCE:
        this.#enter(this.#anchored(event, { kind: 'sequence', at: event.start, items: [] }))
        return
      case EVENT_MAPPING:
        this.#enter(this.#anchored(event, { kind: 'mapping', at: event.start, items: [] }))
        return
      case EVENT_ALIAS:
        this.#place(this.#alias(event))
        return
      case EVENT_POP:
        // The last one closes the document.
        this.#open.pop()
        this.#keys.pop()
        return
      case EVENT_DOCUMENT:
    }
  }

  #enter(node: Collection): void {
    this.#place(node)
    this.#open.push(node)
    this.#keys.push(undefined)
  }

  #place(node: YamlNode): void {
    this.#lastAt = node.at
    const parent = this.#open.at(-1)
    if (parent === undefined) this.#root = node
    else if (parent.kind === 'sequence') parent.items.push(node)
    else {
      const last = this.#keys.length - 1
      const key = this.#keys[last]
      this.#keys[last] = key === undefined ? node : undefined
      if (key !== undefined) parent.items.push({ key, value: node })
    }
  }

  #scalar(event: ScalarEvent): YamlScalar {
    const { style, valueStart } = event
    const text = getScalarValue(this.#text, event)
    const isQuoted = style === SCALAR_STYLE_DOUBLE_QUOTED || style === SCALAR_STYLE_SINGLE_QUOTED
    const at = valueStart < 0 ? this.#lastAt : isQuoted ? valueStart - 1 : valueStart
    return { kind: 'scalar', at, value: this.#value(event, text), text }
  }

  #value({ style, tagStart, tagEnd }: ScalarEvent, text: string): YamlScalar['value'] {
    if (tagStart < 0) return style === SCALAR_STYLE_PLAIN ? coreScalar(text) : text
    const tag = this.#text.slice(tagStart, tagEnd)
    return taggedScalar(CORE_TAG.exec(tag)?.[1] ?? '', text)
  }

  #anchored<Node extends YamlValue>(event: ScalarEvent | SequenceEvent | MappingEvent, node: Node): Node {
    if (event.anchorStart >= 0) this.#anchors.set(this.#text.slice(event.anchorStart, event.anchorEnd), node)
    return node
  }

  #alias({ anchorStart, anchorEnd }: AliasEvent): YamlAlias {
    const name = this.#text.slice(anchorStart, anchorEnd)
    const at = anchorStart - 1
    const target = this.#anchors.get(name)
    if (target === undefined) throw new YamlError(`the alias *${name} stands for nothing`, at)
    return { kind: 'alias', at, name, target }
  }
}

/** `!!int` and its long form. */
const CORE_TAG = /^(?:!!|!<tag:yaml\.org,2002:)(\w+)>?$/
