import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { cliReference } from '../scripts/reference.ts'
import { settingsReference } from '../scripts/settings-reference.ts'
import { exitCodes } from '../src/exit-codes.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

it('docs/reference/cli.md is current; if not: npm run reference -w hydrant', () => {
  expect(read('../../../docs/reference/cli.md')).toBe(cliReference())
})

it('docs/reference/settings.md is current; if not: npm run reference -w hydrant', () => {
  expect(read('../../../docs/reference/settings.md')).toBe(settingsReference())
})

it('the README lists every exit code as the table has it', () => {
  const readme = read('../README.md')
  for (const { code, meaning } of Object.values(exitCodes)) expect(readme).toContain(`| ${code} | ${meaning} |`)
})
