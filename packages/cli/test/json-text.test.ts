import { expect, it } from 'vitest'
import { onOneLine, parseJson, plainValue, printJson } from '../src/json-text.ts'

it('prints every number as it was spelled', () => {
  const text = '{"id":17843232920108168701,"price":10.50,"tiny":1e-7,"n":[1.0,-0,3]}'
  expect(printJson(parseJson(text))).toBe(text)
})

it('gives the plain value of a number whose spelling was kept', () => {
  expect(plainValue(parseJson('10.50'))).toBe(10.5)
  expect(plainValue(parseJson('"10.50"'))).toBe('10.50')
})

it('keeps __proto__ as a member like any other', () => {
  const value = parseJson('{"__proto__":{"polluted":1}}')
  expect(printJson(value)).toBe('{"__proto__":{"polluted":1}}')
  expect(({} as { polluted?: number }).polluted).toBeUndefined()
})

it('says in one line what is wrong with text that is not JSON', () => {
  expect(() => parseJson('{"a":\n}')).toThrow(SyntaxError)
  expect(() => parseJson('{"a":\n}')).toThrow(/^[^\n]+$/)
  expect(() => parseJson('['.repeat(200_000))).toThrow(SyntaxError)
})

it('puts JSON text on one line without changing its value', () => {
  const text = '{\r\n  "a": "b\\nc"\n}'
  expect(onOneLine(text)).not.toContain('\n')
  expect(JSON.parse(onOneLine(text))).toEqual(JSON.parse(text))
})
