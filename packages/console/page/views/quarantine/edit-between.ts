import type { Edit } from '../../data/admin-types.gen.ts'
import { escapeToken } from '../../elements/json-view.tsx'

type Step = NonNullable<Edit['patch']>[number]

/**
 * What was done to one message, as steps that can be done to others: a value that only changed its type is converted, so that every
 * message keeps its own; any other change sets the same value in all. Undefined when nothing was changed, or the whole was replaced.
 */
export function editBetween(before: unknown, after: unknown): Edit | undefined {
  const steps: Step[] = []
  compare(before, after, '', steps)
  return steps.length === 0 || steps.some(({ path }) => path === '') ? undefined : { patch: steps }
}

function compare(before: unknown, after: unknown, path: string, steps: Step[]): void {
  if (Object.is(before, after)) return
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) {
    if (Array.isArray(before) && Array.isArray(after) && before.length !== after.length) {
      steps.push({ op: 'replace', path, value: after })
      return
    }
    for (const key of Object.keys(before)) {
      const at = `${path}/${escapeToken(key)}`
      if (key in after) compare(before[key], after[key], at, steps)
      else steps.push({ op: 'remove', path: at })
    }
    for (const key of Object.keys(after)) {
      if (!(key in before)) steps.push({ op: 'add', path: `${path}/${escapeToken(key)}`, value: after[key] })
    }
    return
  }
  const to = convertedTo(before, after)
  steps.push(to === undefined ? { op: 'replace', path, value: after } : { op: 'convert', path, to })
}

function convertedTo(before: unknown, after: unknown): Step['to'] | undefined {
  if (!isAtom(before) || !isAtom(after) || typeof before === typeof after) return undefined
  const text = String(before).trim()
  // The same meaning in another type.
  if (typeof after === 'number') return text !== '' && Number(text) === after ? 'number' : undefined
  if (text !== String(after)) return undefined
  return typeof after === 'string' ? 'string' : 'boolean'
}

/** An edit in words: `/price becomes a number`. */
export function wordsOf({ patch, merge, text }: Edit): readonly string[] {
  if (text !== undefined) return ['the whole payload is replaced']
  if (merge !== undefined) return [`merged with ${JSON.stringify(merge)}`]
  return (patch ?? []).map(({ op, path, value, to }) => {
    switch (op) {
      case 'convert':
        return `${path} becomes ${to === 'integer' ? 'an integer' : `a ${to}`}`
      case 'remove':
        return `${path} is taken away`
      case 'add':
        return `${path} is added: ${JSON.stringify(value)}`
      case 'replace':
        return `${path} is set to ${JSON.stringify(value)}`
      case 'test':
        return `only where ${path} is ${JSON.stringify(value)}`
    }
  })
}

function isAtom(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
