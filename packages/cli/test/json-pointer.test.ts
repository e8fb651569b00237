import { describe, expect, it } from 'vitest'
import { holds, parseCondition, parseJsonPointer, valueAt } from '../src/json-pointer.ts'
import { parseJson } from '../src/json-text.ts'

describe('a JSON pointer (RFC 6901)', () => {
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, '~1': 9 }
  it.each([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/~01', 9],
    ['/foo/2', undefined],
    ['/foo/-', undefined],
    ['/foo/01', undefined],
    ['/foo/length', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
    ['/foo/0/length', undefined],
  ])('%j names %j', (pointer, expected) => {
    expect(valueAt(document, parseJsonPointer(pointer))).toEqual(expected)
  })

  it.each(['foo', '/a~', '/a~2', '~0'])('%j is refused', (pointer) => {
    expect(() => parseJsonPointer(pointer)).toThrow(SyntaxError)
  })
})

describe('a condition', () => {
  const document = parseJson('{"s":"btc@trade","n":10.50,"i":7,"t":true,"z":null,"o":{},"eq":"a=b"}')
  it.each([
    ['/s=btc@trade', true],
    ['/s=btc', false],
    ['/n=10.5', true],
    ['/n=10.50', true],
    ['/i=7', true],
    ['/i=', false],
    ['/t=true', true],
    ['/z=null', true],
    ['/o={}', false],
    ['/missing=undefined', false],
    ['/eq=a=b', true],
    ['=btc@trade', false],
  ])('%j is %s', (text, expected) => {
    expect(holds(parseCondition(text), document)).toBe(expected)
  })

  it('without an equals sign is refused', () => {
    expect(() => parseCondition('/stream')).toThrow('expected POINTER=VALUE, such as /type=trade, got "/stream"')
  })
})
