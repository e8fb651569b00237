import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.ts'
import { problems, setFor } from '../documents.ts'
import { cpuMs } from '../cpu-time.ts'

// As text: an object with `then` looks like a promise to the linter.
const conditional: unknown = JSON.parse(
  '{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}',
)

describe('each keyword says what it expected and what it got', () => {
  it.each([
    [{ type: 'number' }, '12', ': number, got "12" (string)'],
    [{ type: ['string', 'null'] }, 1, ': string or null, got 1 (number)'],
    [{ type: 'integer' }, 1.5, ': integer, got 1.5 (number)'],
    [{ type: 'object' }, [], ': object, got [] (array)'],
    [{ type: 'object' }, null, ': object, got null'],
    [{ const: 'a' }, 'b', ': "a", got "b" (string)'],
    [{ const: { a: [1] } }, { a: [2] }, ': {"a":[1]}, got {"a":[2]} (object)'],
    [{ enum: ['a', 1, null] }, 'b', ': one of "a", 1, null, got "b" (string)'],
    [{ minimum: 2 }, 1, ': at least 2, got 1 (number)'],
    [{ maximum: 2 }, 3, ': at most 2, got 3 (number)'],
    [{ exclusiveMinimum: 2 }, 2, ': more than 2, got 2 (number)'],
    [{ exclusiveMaximum: 2 }, 2, ': less than 2, got 2 (number)'],
    [{ minimum: 2, exclusiveMinimum: true }, 2, ': more than 2, got 2 (number)'],
    [{ multipleOf: 0.01 }, 1.005, ': a multiple of 0.01, got 1.005 (number)'],
    [{ minLength: 2 }, '😀', ': at least 2 characters, got "😀" (string)'],
    [{ maxLength: 1 }, 'ab', ': at most 1 character, got "ab" (string)'],
    [{ pattern: '^a' }, 'b', ': text matching /^a/, got "b" (string)'],
    [{ format: 'date-time' }, 'today', ': a string of format date-time, got "today" (string)'],
    [{ required: ['a'] }, {}, '/a: a value (required), got nothing'],
    [{ required: ['a'], properties: { a: { type: 'number' } } }, {}, '/a: number (required), got nothing'],
    [{ properties: { a: { type: 'number' } } }, { a: 'x' }, '/a: number, got "x" (string)'],
    [
      { properties: { price: {} }, additionalProperties: false },
      { Price: 1 },
      '/Price: no property "Price" (did you mean "price"?), got 1 (number)',
    ],
    [{ additionalProperties: { type: 'number' } }, { 'a/b~c': 'x' }, '/a~1b~0c: number, got "x" (string)'],
    [{ patternProperties: { '^x-': { type: 'number' } } }, { 'x-a': 'y' }, '/x-a: number, got "y" (string)'],
    [
      { patternProperties: { '^x-': {} }, additionalProperties: false },
      { 'x-a': 1, b: 1 },
      '/b: no property "b", got 1 (number)',
    ],
    [{ propertyNames: { maxLength: 1 } }, { ab: 1 }, '/ab: another property name, got "ab" (string)'],
    [{ minProperties: 1 }, {}, ': at least 1 properties, got {} (object)'],
    [{ maxProperties: 0 }, { a: 1 }, ': at most 0 properties, got {"a":1} (object)'],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, '/b: a value (required), got nothing'],
    [{ dependencies: { a: ['b'] } }, { a: 1 }, '/b: a value (required), got nothing'],
    [{ dependentSchemas: { a: { required: ['b'] } } }, { a: 1 }, '/b: a value (required), got nothing'],
    [{ items: { type: 'number' } }, [1, 'x'], '/1: number, got "x" (string)'],
    [{ minItems: 1 }, [], ': at least 1 item, got [] (array)'],
    [{ maxItems: 1 }, [1, 2], ': at most 1 item, got [1,2] (array)'],
    [
      { uniqueItems: true },
      [{ a: 1, b: 2 }, 1, { b: 2, a: 1 }],
      '/2: an item unlike those before it, got {"b":2,"a":1} (object)',
    ],
    [{ contains: { const: 1 } }, [2], ': at least 1 item of a certain kind, got [2] (array)'],
    [
      { contains: { const: 1 }, minContains: 1, maxContains: 2 },
      [1, 1, 1],
      ': 1 to 2 items of a certain kind, got [1,1,1] (array)',
    ],
    [{ not: { type: 'string' } }, 'x', ': anything but {"type":"string"}, got "x" (string)'],
    [conditional, { a: 1 }, '/b: a value (required), got nothing'],
    [conditional, { a: 2 }, '/c: a value (required), got nothing'],
    [{ allOf: [{ type: 'number' }, { minimum: 2 }] }, 1, ': at least 2, got 1 (number)'],
    [
      { oneOf: [{ type: 'number' }, { minimum: 2 }] },
      3,
      ': exactly one of 2 alternatives (it matches 2), got 3 (number)',
    ],
    [false, 1, ': nothing, got 1 (number)'],
    [
      { properties: { a: {} }, unevaluatedProperties: false },
      { a: 1, b: 2 },
      '/b: nothing (no schema describes it), got 2 (number)',
    ],
    [
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      { a: 1, b: 2 },
      '/b: nothing (no schema describes it), got 2 (number)',
    ],
  ])('%j against %j', (schema, value, expected) => {
    expect(problems(setFor(schema), value)).toEqual([expected])
  })

  it.each([
    [{ minimum: 2 }, 'x'],
    [{ minLength: 2 }, 1],
    [{ properties: { a: false } }, []],
    [{ items: false }, {}],
    [{ required: ['a'] }, 'x'],
    [{ type: 'number' }, 1e300],
    [{ type: 'integer' }, 1.0],
    [{ multipleOf: 0.01 }, 54350.4],
    [{ multipleOf: 0.1 }, 0.3],
    [{ multipleOf: 1e-8 }, 0.00000123],
    [{ maxLength: 1 }, '😀'],
    [{ const: { a: 1, b: 2 } }, { b: 2, a: 1 }],
    [{ uniqueItems: true }, [1, '1', true, null, [], {}]],
    [{ format: 'int32' }, 2 ** 40],
    [{ format: 'unheard-of' }, 'x'],
    [{ contains: { const: 1 }, minContains: 0 }, []],
    [{ nullable: true, type: 'string' }, null],
    [{ nullable: true, enum: ['a'] }, null],
    [{ allOf: [{ properties: { a: {} } }], unevaluatedProperties: false }, { a: 1 }],
  ])('%j accepts %j', (schema, value) => {
    expect(problems(setFor(schema), value)).toEqual([])
  })
})

describe('an error', () => {
  it('is one per cause: a value of the wrong type is not also missing its properties', () => {
    expect(
      problems(setFor({ type: 'object', required: ['a'], minProperties: 1, properties: { a: {} } }), 'x'),
    ).toHaveLength(1)
  })

  it('is one per cause: a value of the wrong type is not also missing from an enum', () => {
    expect(problems(setFor({ type: 'number', enum: [1, 2] }), 'x')).toEqual([': number, got "x" (string)'])
    expect(problems(setFor({ enum: ['long enough'], minLength: 5 }), 'x')).toEqual([
      ': "long enough", got "x" (string)',
    ])
  })

  it('comes at most ten times', () => {
    const set = setFor({ items: { type: 'number' } })
    expect(
      problems(
        set,
        Array.from({ length: 100 }, () => 'x'),
      ),
    ).toHaveLength(10)
  })

  it('shows at most 60 characters of what it got', () => {
    for (const value of ['x'.repeat(1e6), { a: 'y'.repeat(1e6) }, Array.from({ length: 1e5 }, (_, index) => index)]) {
      const [problem] = problems(setFor({ type: 'number' }), value)
      expect(problem!.length).toBeLessThan(110)
    }
  })

  it('joins the types when every alternative only wants another type', () => {
    expect(problems(setFor({ anyOf: [{ type: 'string' }, { type: 'null' }] }), 1)).toEqual([
      ': string or null, got 1 (number)',
    ])
    expect(problems(setFor({ oneOf: [{ const: 'a' }, { const: 'b' }] }), 'c')).toEqual([
      ': "a" or "b", got "c" (string)',
    ])
  })

  it('is that of the nearest alternative, not of all', () => {
    const shape = (kind: string, field: string): object => ({
      type: 'object',
      required: ['kind', field],
      properties: { kind: { const: kind }, [field]: { type: 'number' } },
    })
    const set = setFor({ oneOf: [shape('circle', 'radius'), shape('square', 'side'), shape('line', 'length')] })
    expect(problems(set, { kind: 'square', side: 'x' })).toEqual(['/side: number, got "x" (string)'])
    expect(problems(set, { kind: 'line' })).toEqual(['/length: number (required), got nothing'])
  })
})

describe('values and schemas that mean harm', () => {
  it('[C14] 65 levels are refused, 64 are not, and 100,000 cost nothing', () => {
    const nested = (levels: number): unknown => {
      let value: unknown = 1
      for (let level = 0; level < levels; level += 1) value = [value]
      return value
    }
    expect(problems(setFor({}), nested(64))).toEqual([])
    expect(problems(setFor({}), nested(65))).toEqual([': at most 64 levels, got more'])
    expect(problems(setFor({}), nested(100_000))).toHaveLength(1)
  })

  it('[C14] __proto__ and constructor are properties like any other', () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":1},"constructor":2,"hasOwnProperty":3}')
    expect(problems(setFor({ additionalProperties: false }), value).map((problem) => problem.split(':')[0])).toEqual([
      '/__proto__',
      '/constructor',
      '/hasOwnProperty',
    ])
    expect(problems(setFor({ properties: { constructor: { type: 'string' } }, required: ['toString'] }), {})).toEqual([
      '/toString: a value (required), got nothing',
    ])
    const own: unknown = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"}},"required":["__proto__"]}',
    )
    expect(problems(setFor(own), {})).toEqual(['/__proto__: a value (required), got nothing'])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('a recursive oneOf that doubles the work per level ends in bounded time', () => {
    const branch = (name: string): JsonObject => ({
      properties: { child: { $ref: '#/components/schemas/node' }, [name]: { type: 'string' } },
    })
    const components = { schemas: { node: { oneOf: ['a', 'b', 'c', 'd'].map(branch) } } }
    let value: object = { child: { x: 1 } }
    for (let level = 0; level < 60; level += 1) value = { child: value }
    const started = cpuMs()
    expect(problems(setFor({ $ref: '#/components/schemas/node' }, { components }), value)).toEqual([
      ': a value that can be checked in bounded time, got one that takes longer',
    ])
    expect(cpuMs() - started).toBeLessThan(2_000)
  })

  it('uniqueItems is linear', () => {
    const value = Array.from({ length: 50_000 }, (_, id) => ({ id }))
    const started = cpuMs()
    expect(problems(setFor({ uniqueItems: true }), value)).toEqual([])
    expect(cpuMs() - started).toBeLessThan(1_000)
  })

  it('a cyclic value is refused', () => {
    const value: Record<string, unknown> = {}
    value['self'] = value
    expect(problems(setFor({}), value)).toEqual([': at most 64 levels, got more'])
  })
})
