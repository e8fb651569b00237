import { readFileSync, readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CreateNodeOptions, type DocumentOptions, parseDocument, stringify, type ToStringOptions } from 'yaml'
import { Findings } from '../../src/diagnostics.ts'
import { plainFromYaml } from '../../src/read/plain-yaml.ts'
import { parseYaml } from '../../src/yaml/parse-yaml.ts'

/** What we make of a text, and what the `yaml` package makes of it. */
function ours(text: string): unknown {
  return plainFromYaml(parseYaml(text), new Findings())
}

function theirs(text: string): unknown {
  const document = parseDocument(text, { merge: true, logLevel: 'silent' })
  const [problem] = document.errors
  if (problem !== undefined) throw problem
  return document.toJS()
}

const fixtures = new URL('../fixtures/', import.meta.url)
const files = readdirSync(fixtures).filter((name) => name.endsWith('.yaml'))

describe('a YAML text means what the yaml package says it means', () => {
  it('has fixtures', () => {
    expect(files.length).toBeGreaterThan(0)
  })

  it.each(files)('%s', (name) => {
    const text = readFileSync(new URL(name, fixtures), 'utf8')
    expect(ours(text)).toEqual(theirs(text))
  })

  it.each([
    '',
    '# nothing\n',
    '--- text\n...\n',
    'a: ~\nb:\nc: null\nd: Null\ne: nUll\n',
    'a: true\nb: True\nc: TRUE\nd: tRue\ne: yes\nf: on\n',
    'a: 1\nb: -1\nc: +1\nd: 0o17\ne: 0x1F\nf: 1_000\ng: 017\nh: 0b1\ni: -0x1\n',
    'a: 1.\nb: .5\nc: 1e3\nd: -1.5E-3\ne: .\nf: 1e\ng: 1.2.3\nh: 12e03\n',
    'a: 2026-01-01\nb: 12:30:45\nc: 1 2\n',
    "a: 'it''s'\nb: \"tab\\t \\u00e9 \\x41 \\\n  joined\"\n",
    'a: |\n  one\n   two\n\n  three\nb: >-\n  folded\n  text\n\n  more\nc: |+\n  kept\n\n',
    'a: plain\n  over lines\nb: x # comment\nc: x#none\n',
    '? long\n: value\n? short\n',
    'a: &x { k: [1, 2, {z: 3}] }\nb: *x\nc: { <<: *x, more: 1 }\n',
    '- - nested\n  - list\n-\n  - k: v\n    w: x\n- {a: , b: }\n- [a: 1, b]\n',
    'a: !!str 1\nb: !!int "1"\nc: !!float "1.5"\nd: !!bool "true"\ne: !!null ""\n',
    'a: !!str\nb: ! 12\n',
    '"a\\"b": 1\n? "c"\n: 2\n',
    'a:\n- 1\n- 2\nb:\n  - 3\n',
    'a: "#no comment"\nb: [ "x, y", z ]\n',
    '%YAML 1.2\n---\na: 1\n',
  ])('%j', (text) => {
    expect(ours(text)).toEqual(theirs(text))
  })

  it('keeps a key as it was written, where the yaml package makes it a number first', () => {
    expect(ours('1.10: a\n0x10: b\non: c\n~: d\n"1": e\n')).toEqual({
      '1.10': 'a',
      '0x10': 'b',
      on: 'c',
      '~': 'd',
      '1': 'e',
    })
  })

  const json = fc.jsonValue({ depthSize: 'medium', noUnicodeString: false }) as fc.Arbitrary<unknown>
  const style: fc.Arbitrary<DocumentOptions & CreateNodeOptions & ToStringOptions> = fc.record({
    indent: fc.constantFrom(2, 4),
    lineWidth: fc.constantFrom(0, 20, 80),
    defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
    defaultKeyType: fc.constantFrom(null, 'PLAIN', 'QUOTE_DOUBLE'),
    // Not `block`: an empty list under an empty key is then written so that nobody can read it.
    collectionStyle: fc.constantFrom('any', 'flow'),
    indentSeq: fc.boolean(),
  })

  it('whatever its values and however it is written', () => {
    fc.assert(
      fc.property(json, style, (value, options) => {
        const text = stringify(value, options)
        // That key is left out, with a finding.
        fc.pre(!text.includes('__proto__'))
        // Where it folds a line inside an escape it writes `\x0undefined`, which nobody can read (seed 668878973).
        const expected = attempt(() => theirs(text))
        fc.pre(expected !== REFUSED)
        expect(ours(text)).toEqual(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('or is refused by both, whatever is cut out of it', () => {
    const whole = readFileSync(new URL(files[0]!, fixtures), 'utf8')
    let compared = 0
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(40), (at, length) => {
        const text = whole.slice(0, at) + whole.slice(at + length)
        const findings = new Findings()
        const said = attempt(() => plainFromYaml(parseYaml(text), findings))
        const expected = attempt(() => theirs(text))
        // One may be stricter than the other about a text that is broken; what both read without a remark is the same.
        if (said === REFUSED || expected === REFUSED || findings.size > 0) return
        compared += 1
        expect(said).toEqual(expected)
      }),
      { numRuns: 300 },
    )
    expect(compared).toBeGreaterThan(50)
  })
})

const REFUSED = Symbol('refused')

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch {
    return REFUSED
  }
}
