import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const numbers = (text: string, pattern: RegExp): string[] => Array.from(text.matchAll(pattern), (match) => match[1]!)

it('every rule of SPEC.md is in the title of a test, and every number in a title is a rule', () => {
  const rules = numbers(read('../SPEC.md'), /^- \*\*(W\d\d)\*\* /gm)
  const titles = readdirSync(new URL('.', import.meta.url))
    .filter((name) => name.endsWith('.test.ts'))
    .flatMap((name) => numbers(read(name), /\[(W\d\d)\]/g))
  expect(rules.length).toBeGreaterThan(30)
  expect(new Set(rules).size).toBe(rules.length)
  expect([...new Set(titles)].toSorted()).toEqual(rules.toSorted())
})
