import { type JsonValue, isObject } from '../json.ts'
import { isSchema } from './keywords.ts'

/** What a keyword's value has to be. */
export interface Expectation {
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

/** By keyword; keywords that are not here may have any value. */
export const expectations: ReadonlyMap<string, Expectation> = new Map<string, Expectation>([
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
export const spelled: ReadonlyMap<string, string> = new Map(
  [...expectations.keys(), 'const', 'default'].map((name) => [name.toLowerCase(), name]),
)
