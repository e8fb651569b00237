import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const PACKAGES = fileURLToPath(new URL('../../', import.meta.url))

/** Rules that no test names yet. It may only become shorter. */
const NOT_YET: readonly string[] = []

/** Rules that a test's title names, as `[3.4]`. Vectors do not count: they show what messages look like, not what follows from them. */
function namedRules(): Set<string> {
  const texts = ['protocol', 'client', 'server'].flatMap((name) => filesBelow(join(PACKAGES, name, 'test')))
  const titles = texts.flatMap((text) => [
    ...text.matchAll(/\b(?:it|describe|test)(?:\.[a-z]+\([\s\S]*?\))?\(\s*['"`]((?:\[[^\]]+\] ?)+)/g),
  ])
  const rules = titles.flatMap(([, title]) => [...title!.matchAll(/\[([0-9]+\.[0-9]+)\]/g)].map(([, rule]) => rule!))
  return new Set(rules)
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8'))
}

describe('the rules of PROTOCOL.md', () => {
  const specification = readFileSync(join(PACKAGES, 'protocol/PROTOCOL.md'), 'utf8')
  const rules = [...specification.matchAll(/^(\d+\.\d+) /gm)].map(([, rule]) => rule!)
  const named = namedRules()

  it('are each named by a test', () => {
    expect(rules.length).toBeGreaterThan(40)
    expect(rules.filter((rule) => !named.has(rule))).toEqual(NOT_YET)
  })

  it('are numbered once, and tests name no others', () => {
    expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([])
    expect([...named].filter((rule) => !rules.includes(rule))).toEqual([])
  })
})
