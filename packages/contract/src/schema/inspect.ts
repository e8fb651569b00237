import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonSchema, type JsonValue, isObject, join, own, show } from '../json.ts'
import { type References, referenceOf } from '../read/refs.ts'
import { isSchema, subschemas } from './keywords.ts'
import { compilePattern } from './patterns/pattern.ts'
import type { SchemaScope } from './scope.ts'

/** Looks at schemas before they are used: dead references, loops, patterns that cannot be run, keywords with impossible values. Each schema once. */
export class SchemaInspector {
  readonly #scope: SchemaScope
  readonly #references: References
  readonly #findings: Findings
  readonly #seen = new Set<JsonSchema>()

  constructor(scope: SchemaScope, references: References, findings: Findings) {
    this.#scope = scope
    this.#references = references
    this.#findings = findings
  }

  /** Inspects a schema and everything it refers to. */
  inspect(schema: JsonSchema, pointer: string): void {
    const open: { schema: JsonSchema; pointer: string; base: JsonSchema }[] = [{ schema, pointer, base: schema }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { schema: one, pointer: place, base } = next
      if (!isObject(one) || this.#seen.has(one)) continue
      this.#seen.add(one)
      this.#keywords(one, place)
      this.#patterns(one, place)
      for (const inner of subschemas(one, place)) open.push({ ...inner, base })
      const reference = referenceOf(one)
      if (reference === undefined) continue
      const found = this.#scope.resolve(reference, base)
      if (found === undefined) this.#deadReference(reference, join(place, '$ref'))
      else {
        const at = this.#references.find(reference)?.pointer ?? place
        open.push({ schema: found.schema, base: found.base, pointer: at })
        if (this.#loops(one, base)) {
          this.#scope.loops.add(one)
          this.#findings.add(
            'schema-loop',
            join(place, '$ref'),
            `${show(reference)} leads back here without going deeper into the value, so it says nothing; it is ignored.`,
          )
        }
      }
    }
  }

  #deadReference(reference: string, pointer: string): void {
    if (reference.startsWith('#')) {
      this.#findings.add(
        'ref-not-found',
        pointer,
        `${show(reference)} leads nowhere; any value is accepted in its place.`,
      )
    } else {
      this.#findings.add(
        'ref-external',
        pointer,
        `Expected a reference into this document ("#/…"); got ${show(reference)}. Any value is accepted in its place. Bundle the files into one.`,
      )
    }
  }

  /** Follows references and combinations that judge the same value. References already cut do not count. */
  #loops(start: JsonObject, base: JsonSchema): boolean {
    const seen = new Set<JsonSchema>()
    const open = [{ schema: start as JsonSchema, base }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { schema } = next
      if (!isObject(schema) || this.#scope.loops.has(schema)) continue
      const followers = subschemas(schema)
        .filter(({ inPlace }) => inPlace)
        .map((inner) => ({ schema: inner.schema, base: next.base }))
      const reference = referenceOf(schema)
      const target = reference === undefined ? undefined : this.#scope.resolve(reference, next.base)
      for (const follower of target === undefined ? followers : [...followers, target]) {
        if (follower.schema === start) return true
        if (seen.has(follower.schema)) continue
        seen.add(follower.schema)
        open.push(follower)
      }
    }
    return false
  }

  #patterns(schema: JsonObject, pointer: string): void {
    const pattern = own(schema, 'pattern')
    if (typeof pattern === 'string') this.#pattern(pattern, join(pointer, 'pattern'))
    const patterns = own(schema, 'patternProperties')
    for (const source of Object.keys(isObject(patterns) ? patterns : {})) {
      this.#pattern(source, join(pointer, 'patternProperties', source))
    }
  }

  #pattern(source: string, pointer: string): void {
    const { verdict, detail } = compilePattern(source)
    if (verdict === 'invalid')
      this.#findings.add(
        'pattern-invalid',
        pointer,
        `Expected a regular expression; got ${show(source)}. It is not checked.`,
      )
    if (verdict === 'refused')
      this.#findings.add(
        'pattern-refused',
        pointer,
        `${show(source)} cannot be run in bounded time: ${detail}, next to a repetition inside a repetition. It is not checked.`,
      )
    if (verdict === 'exponential')
      this.#findings.add(
        'pattern-backtracks',
        pointer,
        `${show(source)} takes exponential time in engines that backtrack. Hydrant runs it in linear time, but other users of this document may hang: make the repetition unambiguous.`,
      )
  }

  #keywords(schema: JsonObject, pointer: string): void {
    for (const [keyword, value] of Object.entries(schema)) {
      const expected = expectations.get(keyword)
      if (expected !== undefined && !expected.holds(value)) {
        this.#findings.add(
          'schema-keyword',
          join(pointer, keyword),
          `Expected ${keyword} to be ${expected.phrase}; got ${show(value)}, which is ignored.`,
        )
      }
      const meant = expected === undefined && !keyword.startsWith('x-') ? spelled.get(keyword.toLowerCase()) : undefined
      if (meant !== undefined && meant !== keyword) {
        this.#findings.add(
          'schema-keyword',
          join(pointer, keyword),
          `${show(keyword)} is no keyword; did you mean ${show(meant)}? It is ignored.`,
        )
      }
    }
    const least = own(schema, 'minimum')
    const most = own(schema, 'maximum')
    if (typeof least === 'number' && typeof most === 'number' && least > most) {
      this.#findings.add(
        'schema-unsatisfiable',
        pointer,
        `minimum ${least} is more than maximum ${most}: no number is valid.`,
      )
    }
  }
}

interface Expectation {
  phrase: string
  holds: (value: JsonValue) => boolean
}

const typeNames = new Set(['null', 'boolean', 'number', 'integer', 'string', 'array', 'object'])
const count: Expectation = {
  phrase: 'a whole number from 0',
  holds: (value) => Number.isInteger(value) && (value as number) >= 0,
}
const number: Expectation = { phrase: 'a number', holds: (value) => typeof value === 'number' }
const limit: Expectation = {
  phrase: 'a number',
  holds: (value) => typeof value === 'number' || typeof value === 'boolean',
}
const schema: Expectation = { phrase: 'a schema', holds: isSchema }
const schemas: Expectation = {
  phrase: 'a list of schemas',
  holds: (value) => Array.isArray(value) && value.length > 0 && value.every(isSchema),
}
const named: Expectation = {
  phrase: 'an object of schemas',
  holds: (value) => isObject(value) && Object.values(value).every(isSchema),
}
const text: Expectation = { phrase: 'a string', holds: (value) => typeof value === 'string' }
const flag: Expectation = { phrase: 'true or false', holds: (value) => typeof value === 'boolean' }

const expectations: ReadonlyMap<string, Expectation> = new Map<string, Expectation>([
  [
    'type',
    {
      phrase: `one of ${[...typeNames].join(', ')}, or a list of them`,
      holds: (value) =>
        [value].flat().every((name) => typeof name === 'string' && typeNames.has(name)) && [value].flat().length > 0,
    },
  ],
  ['enum', { phrase: 'a list with at least one value', holds: (value) => Array.isArray(value) && value.length > 0 }],
  [
    'required',
    {
      phrase: 'a list of property names',
      holds: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
    },
  ],
  ['multipleOf', { phrase: 'a number above 0', holds: (value) => typeof value === 'number' && value > 0 }],
  [
    'items',
    {
      phrase: 'a schema or a list of schemas',
      holds: (value) => isSchema(value) || (Array.isArray(value) && value.every(isSchema)),
    },
  ],
  ['$ref', text],
  ['pattern', text],
  ['format', text],
  ['uniqueItems', flag],
  ['nullable', flag],
  ['minimum', number],
  ['maximum', number],
  ['exclusiveMinimum', limit],
  ['exclusiveMaximum', limit],
  ...[
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
    'minContains',
    'maxContains',
  ].map((name) => [name, count] as const),
  ...[
    'additionalProperties',
    'additionalItems',
    'contains',
    'propertyNames',
    'not',
    'if',
    'then',
    'else',
    'unevaluatedProperties',
    'unevaluatedItems',
  ].map((name) => [name, schema] as const),
  ...['allOf', 'anyOf', 'oneOf', 'prefixItems'].map((name) => [name, schemas] as const),
  ...['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'].map(
    (name) => [name, named] as const,
  ),
])

/** Keywords by their lower-case spelling, to recognise `$reF` and `oneof`. */
const spelled: ReadonlyMap<string, string> = new Map(
  [...expectations.keys(), 'const', 'default'].map((name) => [name.toLowerCase(), name]),
)
