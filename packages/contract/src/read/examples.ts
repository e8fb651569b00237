import { type JsonValue, join } from '../json.ts'
import type { Message, SchemaError } from '../model.ts'
import { stepsFor, withBudget } from '../schema/budget.ts'
import { countValues } from '../schema/measure.ts'
import { Report } from '../schema/report.ts'
import type { ChannelDraft } from './channels.ts'
import type { ReadContext } from './context.ts'
import type { ReadMessage } from './messages.ts'

/** Checks every message's examples against its own schemas: documentation that does not hold is worse than none. */
export function checkExamples(drafts: readonly ChannelDraft[], context: ReadContext): void {
  for (const { messages } of drafts) for (const message of messages) checkMessage(message, context)
}

function checkMessage({ message, payload, pointer }: ReadMessage, { findings, compiler }: ReadContext): void {
  for (const [index, example] of message.examples.entries()) {
    const place = join(pointer, 'examples', index)
    const report = (part: string, errors: readonly SchemaError[]): void => {
      for (const error of errors.slice(0, 3)) {
        findings.add(
          'example-invalid',
          join(place, part) + error.pointer,
          `The example does not match the schema of message "${message.name}": expected ${error.expected}, got ${error.got}.`,
        )
      }
    }
    if (example.payload !== undefined && payload !== undefined && fits(message, example.payload)) {
      report(
        'payload',
        bounded(example.payload, () => {
          const verdict = payload.judge(example.payload)
          return verdict.ok ? [] : verdict.errors()
        }),
      )
    }
    if (example.headers !== undefined && message.headersSchema !== undefined) {
      const validator = compiler.compile(message.headersSchema)
      report(
        'headers',
        bounded(example.headers, () => {
          const found = new Report()
          validator.explain(example.headers, '', found)
          return found.errors
        }),
      )
    }
  }
}

/** The example of a text message is its text; that of a binary one cannot be written down. */
function fits({ encoding }: Message, example: JsonValue): boolean {
  return encoding === 'json' || (encoding === 'text' && typeof example === 'string')
}

function bounded(example: JsonValue, check: () => readonly SchemaError[]): readonly SchemaError[] {
  const count = countValues(example)
  if (count < 0) return [{ pointer: '', expected: 'at most 64 levels', got: 'more' }]
  return withBudget(stepsFor(count), check, [])
}
