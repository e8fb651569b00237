import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readContract } from '@hydrant/contract'
import { describe, expect, it } from 'vitest'
import { generateTypes } from '../../src/types/generate.ts'
import { compile } from './compile.ts'
import { troubles } from './troubles.ts'

const documents = fileURLToPath(new URL('../../../../../shared/asyncapi', import.meta.url))

describe('what is generated compiles under strict', () => {
  it('for contracts with everything that breaks generators', async () => {
    const files = Object.fromEntries(
      Object.entries(troubles).map(([name, contract]) => [
        `${name.replaceAll(/\W/g, '-')}.ts`,
        generateTypes(contract),
      ]),
    )
    expect(await compile(files)).toEqual([])
  })

  it.skipIf(!existsSync(documents))(`for real documents, from both sides (skipped without ${documents})`, async () => {
    const files: Record<string, string> = {}
    for (const file of readdirSync(documents).filter((name) => /\.ya?ml$/.test(name))) {
      const text = readFileSync(`${documents}/${file}`, 'utf8')
      for (const perspective of ['server', 'client'] as const) {
        const [first, second] = [1, 2].map(() => generateTypes(readContract(text, { perspective }).contract!))
        expect(second, `${file} is stable`).toBe(first)
        files[`${file}.${perspective}.ts`] = first!
      }
    }
    expect(Object.keys(files).length).toBeGreaterThan(0)
    expect(await compile(files)).toEqual([])
  })
})

it.each(Object.entries(troubles))('gives the same text again for %s', (_name, contract) => {
  expect(generateTypes(contract)).toBe(generateTypes(contract))
})
