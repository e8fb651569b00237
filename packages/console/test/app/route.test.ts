import { expect, it } from 'vitest'

import { link, parseRoute } from '../../page/app/route.ts'

it('leads to anything that a channel can be called, and back', () => {
  for (const address of ['/trades/AAPL', '/a b/%2F', '/<img src=x>', '/ü?x#y']) {
    expect(parseRoute(link('channels', address)).path).toEqual(['channels', address])
  }
})

it('reads the query', () => {
  const { path, query } = parseRoute('#/connections?search=a%20b&sort=-lag')
  expect([path, query.get('search'), query.get('sort')]).toEqual([['connections'], 'a b', '-lag'])
})

it('takes what is malformed as it stands', () => {
  expect(parseRoute('').path).toEqual([])
  expect(parseRoute('#/').path).toEqual([])
  expect(parseRoute('#/%E0%A4%A').path).toEqual(['%E0%A4%A'])
})
