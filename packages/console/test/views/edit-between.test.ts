import { describe, expect, it } from 'vitest'

import { editBetween, wordsOf } from '../../page/views/quarantine/edit-between.ts'

describe('what was done to one message, to be done to others', () => {
  it.each([
    [
      'a number that came as text',
      { price: '187.2' },
      { price: 187.2 },
      [{ op: 'convert', path: '/price', to: 'number' }],
    ],
    ['a text that came as a number', { id: 7 }, { id: '7' }, [{ op: 'convert', path: '/id', to: 'string' }]],
    ['a boolean that came as text', { on: 'true' }, { on: true }, [{ op: 'convert', path: '/on', to: 'boolean' }]],
    ['another value is set in all', { price: '187' }, { price: 188 }, [{ op: 'replace', path: '/price', value: 188 }]],
    ['an empty text is no number', { price: '' }, { price: 0 }, [{ op: 'replace', path: '/price', value: 0 }]],
    ['something new', { a: 1 }, { a: 1, b: [2] }, [{ op: 'add', path: '/b', value: [2] }]],
    ['something taken away', { a: 1, b: 2 }, { a: 1 }, [{ op: 'remove', path: '/b' }]],
    ['deep inside', { a: [{ b: '1' }] }, { a: [{ b: 1 }] }, [{ op: 'convert', path: '/a/0/b', to: 'number' }]],
    ['a list of another length', { a: [1] }, { a: [1, 2] }, [{ op: 'replace', path: '/a', value: [1, 2] }]],
    ['names with slashes', { 'a/b~c': '1' }, { 'a/b~c': 1 }, [{ op: 'convert', path: '/a~1b~0c', to: 'number' }]],
  ])('%s', (_what, before, after, patch) => {
    expect(editBetween(before, after)).toEqual({ patch })
  })

  it('is nothing when nothing changed, or everything did', () => {
    expect(editBetween({ a: 1 }, { a: 1 })).toBeUndefined()
    expect(editBetween('text', { a: 1 })).toBeUndefined()
  })

  it('is said in words', () => {
    expect(
      wordsOf({
        patch: [
          { op: 'convert', path: '/price', to: 'number' },
          { op: 'remove', path: '/x' },
        ],
      }),
    ).toEqual(['/price becomes a number', '/x is taken away'])
  })
})
