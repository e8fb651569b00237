import type { Findings } from '../diagnostics.ts'
import { type JsonObject, type JsonSchema, isObject, join, own, show } from '../json.ts'
import { type References, referenceOf } from '../read/refs.ts'
import { subschemas } from './keywords.ts'
import { expectations, spelled } from './expectations.ts'
import { LoopCutter } from './loops.ts'
import { compilePattern } from './patterns/pattern.ts'
import type { SchemaScope } from './scope.ts'

/** Looks at schemas before they are used: dead references, loops, patterns that cannot be run, keywords with impossible values. Each schema once. */
export class SchemaInspector {
  readonly #scope: SchemaScope
  readonly #references: References
  readonly #findings: Findings
  readonly #loops: LoopCutter
  readonly #seen = new Set<JsonSchema>()

  constructor(scope: SchemaScope, references: References, findings: Findings) {
    this.#scope = scope
    this.#references = references
    this.#findings = findings
    this.#loops = new LoopCutter(scope, references, findings)
  }

  /** Inspects a schema and everything it refers to. */
  inspect(schema: JsonSchema, pointer: string): void {
    this.#loops.cut(schema, pointer)
    const open: { schema: JsonSchema; pointer: string; base: JsonSchema }[] = [{ schema, pointer, base: schema }]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { schema: one, pointer: place, base } = next
      if (!isObject(one) || this.#seen.has(one)) continue
      this.#seen.add(one)
      this.#keywords(one, place)
      this.#patterns(one, place)
      for (const inner of subschemas(one, place)) {
        open.push({ ...inner, base })
        if (!inner.inPlace) this.#loops.cut(inner.schema, inner.pointer, base)
      }
      const reference = referenceOf(one)
      if (reference === undefined) continue
      const found = this.#scope.resolve(reference, base)
      if (found === undefined) this.#deadReference(reference, join(place, '$ref'))
      else {
        const at = this.#references.find(reference)?.pointer ?? place
        open.push({ schema: found.schema, base: found.base, pointer: at })
        this.#loops.cut(found.schema, at, found.base)
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
