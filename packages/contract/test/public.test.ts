import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as entry from '../src/index.ts'
import { diagnosticCodes } from '../src/index.ts'

const source = join(import.meta.dirname, '../src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

describe('what users depend on', () => {
  it('is exported by these names', () => {
    expect(Object.keys(entry).toSorted()).toEqual([
      'ContractError',
      'compareContracts',
      'compileSchema',
      'defineContract',
      'diagnosticCodes',
      'readContract',
    ])
  })

  it('has these diagnostic codes', () => {
    expect(
      Object.entries(diagnosticCodes)
        .map(([code, { severity }]) => `${severity} ${code}`)
        .toSorted(),
    ).toMatchSnapshot()
  })

  it('has no code that nothing reports', () => {
    const text = files
      .filter((name) => name !== 'diagnostics.ts')
      .map((name) => readFileSync(join(source, name), 'utf8'))
      .join('\n')
    expect(Object.keys(diagnosticCodes).filter((code) => !text.includes(`'${code}'`))).toEqual([])
  })

  it('has no code that no test provokes', () => {
    const tests = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.test.ts') && name !== 'public.test.ts',
    )
    const text = tests.map((name) => readFileSync(join(import.meta.dirname, name), 'utf8')).join('\n')
    expect(Object.keys(diagnosticCodes).filter((code) => !text.includes(code))).toEqual([])
  })
})

it('nothing comes from node:, no timer is set, and nothing is global', () => {
  const suspicious =
    /from 'node:|\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|process|Buffer|globalThis)\b|new Function|\beval\(/
  const found = files.filter((name) =>
    suspicious.test(
      readFileSync(join(source, name), 'utf8')
        .replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
        .replaceAll(/\/\/.*$/gm, ''),
    ),
  )
  expect(found).toEqual([])
})
