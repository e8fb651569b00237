import type { CheckResult, Encoding, Message, MessageSet, Payload, SchemaError } from '../model.ts'
import { show } from '../json.ts'
import { stepsFor, withBudget } from './budget.ts'
import { type Candidates, type Discriminator, candidatesFor, discriminate, undecided } from './discriminator.ts'
import { fixedValues, topTypes } from './fixed-values.ts'
import { countValues, maxDepth } from './measure.ts'
import { attemptOf, nearestOf } from './nearest.ts'
import type { Verdict } from './payload-schema.ts'
import { describe, listOf } from './report.ts'
import type { PayloadSchema } from './payload-schema.ts'
import { Specificity } from './specificity.ts'

/** A message with what judges its payload; no judge when any payload is fine. */
export interface Judged {
  message: Message
  payload: PayloadSchema | undefined
}

/** A set of messages that knows which one a payload is. Everything is worked out on the first check. */
export class CompiledMessageSet implements MessageSet {
  readonly messages: readonly Message[]
  readonly encodings: readonly Encoding[]
  readonly #judged: readonly Judged[]
  #acceptsArray: boolean | undefined
  #json: Discriminator<Judged> | undefined
  readonly #specificities = new Map<Judged, Specificity>()

  constructor(judged: readonly Judged[]) {
    this.messages = judged.map(({ message }) => message)
    this.encodings = [...new Set(this.messages.map(({ encoding }) => encoding))]
    // A message that takes anything is asked last, or it would hide the others.
    const open = judged.filter(({ payload }) => payload === undefined)
    this.#judged = [...judged.filter(({ payload }) => payload !== undefined), ...open]
  }

  get acceptsArray(): boolean {
    this.#acceptsArray ??= this.#of('json').some(({ payload }) => {
      const schema = payload?.jsonSchema
      return schema !== undefined && topTypes(schema.schema, schema.base, schema.scope)?.has('array') === true
    })
    return this.#acceptsArray
  }

  check(payload: Payload, name?: string): CheckResult {
    const count = payload.encoding === 'json' ? countValues(payload.value) : 1
    if (count < 0) {
      return refused({ pointer: '', expected: `at most ${maxDepth} levels`, got: 'more', keyword: 'depth' })
    }
    const exhausted = refused({
      pointer: '',
      expected: 'a value that can be checked in bounded time',
      got: 'one that takes longer',
    })
    return withBudget(stepsFor(count), () => this.#check(payload, name), exhausted)
  }

  /** The JSON messages that only trying one after the other tells apart, as groups of names. Messages that take anything are not counted. */
  undecided(): string[][] {
    const groups = undecided(this.#discriminator()).map((group) =>
      group.filter(({ payload }) => payload !== undefined).map(({ message }) => message.name),
    )
    const distinct = new Map(groups.filter((group) => group.length > 1).map((group) => [group.join('\n'), group]))
    return [...distinct.values()]
  }

  #check(payload: Payload, name: string | undefined): CheckResult {
    if (name !== undefined) return this.#checkNamed(payload, name)
    const candidates =
      payload.encoding === 'json'
        ? candidatesFor(this.#discriminator(), payload.value)
        : { items: this.#of(payload.encoding) }
    return this.#mostSpecific(candidates.items, payload) ?? this.#nearest(candidates, payload)
  }

  /** Of the messages that the payload is valid against, the one that says most about it; the first of equals. */
  #mostSpecific(items: readonly Judged[], payload: Payload): CheckResult | undefined {
    let best: CheckResult | undefined
    let bestScore = -1
    for (const item of items) {
      const verdict = judge(item.payload, payload.value)
      if (!verdict.ok) continue
      const found: CheckResult = { ok: true, message: item.message, value: verdict.value, changed: verdict.changed }
      if (items.length === 1) return found
      const score = this.#specificityOf(item).of(payload.value)
      if (score > bestScore) {
        best = found
        bestScore = score
      }
    }
    return best
  }

  #specificityOf(item: Judged): Specificity {
    let specificity = this.#specificities.get(item)
    if (specificity === undefined) {
      specificity = new Specificity(item.payload)
      this.#specificities.set(item, specificity)
    }
    return specificity
  }

  #checkNamed(payload: Payload, name: string): CheckResult {
    const named = this.#judged.filter(({ message }) => message.id === name || message.name === name)
    const first = named.find(({ message }) => message.encoding === payload.encoding) ?? named[0]
    if (first === undefined) {
      const names = this.messages.map((message) => message.name)
      return refused({
        pointer: '',
        expected: names.length === 0 ? 'no message' : `a message named ${listOf(names)}`,
        got: show(name),
        keyword: 'name',
      })
    }
    const { message } = first
    if (message.encoding !== payload.encoding) return { ...wrongEncoding(payload, [message.encoding]), message }
    const verdict = judge(first.payload, payload.value)
    if (verdict.ok) return { ok: true, message, value: verdict.value, changed: verdict.changed }
    return { ok: false, message, errors: verdict.errors() }
  }

  #nearest({ items, place }: Candidates<Judged>, payload: Payload): CheckResult {
    if (this.messages.length === 0)
      return refused({ pointer: '', expected: 'no message here', got: describe(payload.value) })
    if (!this.encodings.includes(payload.encoding)) return wrongEncoding(payload, this.encodings)
    const attempts = items.map(({ message, payload: schema }) => {
      const verdict = judge(schema, payload.value)
      const errors = verdict.ok ? [] : verdict.errors()
      return { message, ...attemptOf(errors, '') }
    })
    if (attempts.length > 0) {
      const { message, errors } = nearestOf(attempts)
      return { ok: false, message, errors }
    }
    // No schema allows what stands at the deciding place: that is the one cause.
    const { pointer = '', expected = [], got } = place ?? {}
    const phrase = pointer === '' ? expected.map(String).join(' or ') : listOf(expected)
    return refused({
      pointer,
      expected: phrase,
      got: got === undefined ? 'nothing' : pointer === '' ? describe(payload.value) : describe(got),
      keyword: 'discriminator',
    })
  }

  #of(encoding: Encoding): Judged[] {
    return this.#judged.filter(({ message }) => message.encoding === encoding)
  }

  #discriminator(): Discriminator<Judged> {
    this.#json ??= discriminate(
      this.#of('json').map((item) => {
        const schema = item.payload?.jsonSchema
        return { item, fixed: schema === undefined ? new Map() : fixedValues(schema.schema, schema.base, schema.scope) }
      }),
    )
    return this.#json
  }
}

/** For messages that take any payload. */
function judge(schema: PayloadSchema | undefined, value: unknown): Verdict {
  return schema === undefined ? { ok: true, value, changed: false } : schema.judge(value)
}

function wrongEncoding(payload: Payload, encodings: readonly Encoding[]): { ok: false; errors: SchemaError[] } {
  return {
    ok: false,
    errors: [
      { pointer: '', expected: `${encodings.join(' or ')} content`, got: payload.encoding, keyword: 'contentType' },
    ],
  }
}

function refused(error: SchemaError): { ok: false; errors: SchemaError[] } {
  return { ok: false, errors: [error] }
}
