import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

const program = `
import { readContract } from '@hydrant/contract'
let refused = false
try { new Function('return 1')() } catch { refused = true }
const payload = { type: 'object', required: ['t'], properties: { t: { const: 'a' }, n: { type: 'number' } }, unevaluatedProperties: false }
const document = { asyncapi: '3.0.0', info: { title: 'x', version: '1' }, channels: { c: { address: '/c', messages: { m: { payload } } } } }
const set = readContract(document).contract.channels[0].all
const answers = [{ t: 'a', n: 1 }, { t: 'a', n: 'x' }, { t: 'a', q: 1 }].map((value) => set.check({ encoding: 'json', value }).ok)
console.log(JSON.stringify({ refused, answers }))
`

it('validation works where generating code is forbidden', () => {
  const flags = [
    '--disallow-code-generation-from-strings',
    '--conditions=@hydrant/source',
    '--input-type=module',
    '--eval',
    program,
  ]
  const output = execFileSync(process.execPath, flags, { cwd: import.meta.dirname, encoding: 'utf8' })
  expect(JSON.parse(output)).toEqual({ refused: true, answers: [true, false, false] })
})
