import { expect, it } from 'vitest'
import { prettyLine } from '../../src/output/pretty-log.ts'

const plain = { event: (text: string) => text, name: (text: string) => text }

it.each([
  [{ level: 'info', time: 't', event: 'stopped', msg: 'The server has closed.' }, 'stopped'],
  [{ event: 'limit-hit', limit: 'message-rate', times: 3 }, 'limit-hit limit=message-rate times=3'],
  [{ event: 'x', detail: 'two words' }, 'x detail="two words"'],
  [{ event: 'x', detail: 'a=b', empty: '', quote: 'a"b' }, 'x detail="a=b" empty="" quote="a\\"b"'],
  [{ event: 'fault', type: 'Error', stack: ['at a', 'at b'] }, 'fault type=Error\n    at a\n    at b'],
])('%o', (log, line) => {
  expect(prettyLine(log, plain)).toBe(line)
})
