/**
 * Measures loading, compiling and checking, next to ajv and typebox in the same run. Single core, no other load wanted.
 *
 *     node --conditions=@hydrant/source packages/contract/scripts/measure.ts [FOLDER WITH binance-spot.yaml]
 *
 * Each rate is the best of five rounds of 300 ms after a warm-up; rounds of the candidates alternate. `invalid` values have one
 * wrong property; our side then also finds the nearest message and writes the errors, the others only answer false.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readContract } from '@hydrant/contract'
import { Ajv } from 'ajv'
import { Check, Compile } from 'typebox/schema'
import { parseDocument } from 'yaml'

interface Candidate {
  name: string
  run: (index: number) => boolean
}

const fields = Object.fromEntries('abcdefgh'.split('').map((name) => [name, { type: 'string' }]))
const nested = {
  type: 'array',
  items: {
    type: 'object',
    required: ['p'],
    properties: { p: { type: 'string', pattern: '^[0-9.]+$' }, q: { type: 'number' } },
  },
}

/** One of 24 messages with 13 properties; `tagged` ones have a constant `type`. */
function schemaOf(index: number, tagged: boolean): object {
  return {
    type: 'object',
    required: ['type', 'a', 'b', `u${index}`],
    properties: {
      type: tagged ? { const: `t${index}` } : { type: 'string' },
      ...fields,
      [`u${index}`]: { type: 'number' },
      n: { type: 'number' },
      m: { type: 'integer', minimum: 0 },
      nested,
    },
  }
}

function valueOf(index: number, m: number): object {
  const texts = Object.fromEntries('abcdefgh'.split('').map((name) => [name, `x${name}`]))
  return {
    type: `t${index}`,
    ...texts,
    [`u${index}`]: 1,
    n: 1,
    m,
    nested: [
      { p: '1.2', q: 3 },
      { p: '2.2', q: 3 },
      { p: '3', q: 1 },
    ],
  }
}

function rates(title: string, candidates: readonly Candidate[], expected: boolean): void {
  const best = new Map<string, number>()
  for (const { name, run } of candidates) {
    for (let index = 0; index < 2_000; index += 1) if (run(index) !== expected) throw new Error(`${name} is wrong`)
  }
  for (let round = 0; round < 5; round += 1) {
    for (const { name, run } of candidates) {
      const started = performance.now()
      let count = 0
      while (performance.now() - started < 300) for (let index = 0; index < 50; index += 1) run(count++)
      best.set(name, Math.max(best.get(name) ?? 0, count / (performance.now() - started)))
    }
  }
  console.log(`\n${title}`)
  for (const [name, rate] of best)
    console.log(`  ${name.padEnd(34)} ${rate.toFixed(0).padStart(6)} thousand checks per second`)
}

for (const tagged of [true, false]) {
  const schemas = Array.from({ length: 24 }, (_, index) => schemaOf(index, tagged))
  const messages = Object.fromEntries(schemas.map((payload, index) => [`m${index}`, { payload }]))
  const document = {
    asyncapi: '3.0.0',
    info: { title: 'x', version: '1' },
    channels: { c: { address: '/c', messages } },
  }
  const compiled = performance.now()
  const set = readContract(document).contract!.channels[0]!.all
  set.check({ encoding: 'json', value: valueOf(0, 1) })
  const ours = performance.now() - compiled
  const union = { oneOf: schemas }
  const started = performance.now()
  const oneOf = new Ajv({ strict: false }).compile(union)
  const ajvTime = performance.now() - started
  const tag = new Ajv({ strict: false, discriminator: true })
  const switched = tagged
    ? tag.compile({ type: 'object', required: ['type'], discriminator: { propertyName: 'type' }, ...union })
    : undefined
  const generated = Compile(union)
  for (const [kind, m] of [
    ['valid', 1],
    ['invalid', -1],
  ] as const) {
    const values = Array.from({ length: 24 }, (_, index) => valueOf(index, m))
    rates(
      `24-way union, ${tagged ? 'with' : 'without'} a constant to tell the messages apart, ${kind} values`,
      [
        { name: 'hydrant', run: (index) => set.check({ encoding: 'json', value: values[index % 24] }).ok },
        { name: 'typebox, interpreted (no eval)', run: (index) => Check(union, values[index % 24]) },
        { name: 'typebox, generated code (eval)', run: (index) => generated.Check(values[index % 24]) },
        { name: 'ajv oneOf (eval)', run: (index) => oneOf(values[index % 24]) },
        ...(switched === undefined
          ? []
          : [{ name: 'ajv with discriminator (eval)', run: (index: number): boolean => switched(values[index % 24]) }]),
      ],
      kind === 'valid',
    )
  }
  console.log(`  read, compile and first check: hydrant ${ours.toFixed(1)} ms; compile: ajv ${ajvTime.toFixed(1)} ms`)
}

const file = join(process.argv[2] ?? '.', 'binance-spot.yaml')
if (existsSync(file)) {
  const text = readFileSync(file, 'utf8')
  const time = (run: () => unknown): string => {
    const times = Array.from({ length: 9 }, () => {
      const started = process.cpuUsage()
      run()
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1_000
    })
    return `${times[0]!.toFixed(0)} ms first, ${times.toSorted((a, b) => a - b)[4]!.toFixed(0)} ms median of nine`
  }
  console.log(`\n410 KB of YAML, processor time: load ${time(() => readContract(text))}`)
  console.log(
    `  of which the YAML parser alone: ${time(() => parseDocument(text, { uniqueKeys: false, logLevel: 'silent' }))}`,
  )
  const json = JSON.stringify(readContract(text).contract!.document)
  console.log(`  the same as JSON: ${time(() => readContract(json))}`)
}
