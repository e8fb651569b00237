import { readFileSync } from 'node:fs'
import { FAMILIES, ROWS } from '../rows/rows.ts'
import { missesOf, otherwiseOf, type RowResult } from '../run/result.ts'
import { KINDS } from '../servers/kinds.ts'
import type { Machine } from './machine.ts'

/** `docs/attacks.md`, whole. */
export function attackPage(results: readonly RowResult[], machine: Machine, tookMs: number): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`)
  const missed = results.filter((result) => result.kind === 'hydrant' && missesOf(result).length > 0)
  return [
    '<!-- Written by `npm run attack`. Change attack/report or attack/notes.md instead. -->',
    '# Attacks',
    '',
    'What servers have fallen to, row by row, against real processes over real sockets. Most rows are published flaws of other',
    'servers; the numbers are those of the tests (`[A05]`). Repeat it with `npm run attack`; one row with `npm run attack -- --row A05`.',
    '',
    readFileSync(new URL('../notes/method.md', import.meta.url), 'utf8').trim(),
    '',
    `- Machine: ${machine.hardware}, ${machine.system}; ${machine.date}; ${Math.round(tookMs / 1_000)} s for everything`,
    `- Versions: ${versions.join(', ')}`,
    '',
    missed.length === 0
      ? 'Hydrant passes every row.'
      : `**Hydrant misses ${missed.length}: ${missed.map(({ row }) => row.id).join(', ')}.**`,
    '',
    ...FAMILIES.flatMap(({ letter, title }) => familySection(letter, title, results)),
    readFileSync(new URL('../notes/long-runs.md', import.meta.url), 'utf8').trim(),
    '',
  ].join('\n')
}

function familySection(letter: string, title: string, results: readonly RowResult[]): string[] {
  const rows = ROWS.filter(({ id }) => id.startsWith(letter))
  if (rows.length === 0) return []
  return [
    `## ${letter}. ${title[0]!.toUpperCase()}${title.slice(1)}`,
    '',
    `| row | sent | right | ${KINDS.map((kind) => kind.title).join(' | ')} |`,
    `| --- | --- | --- | ${KINDS.map(() => '---').join(' | ')} |`,
    ...rows.map((row) => {
      const cells = KINDS.map((kind) =>
        cell(results.find((result) => result.row.id === row.id && result.kind === kind.name)),
      )
      return `| ${[row.id, row.title, row.right, ...cells].map(escaped).join(' | ')} |`
    }),
    '',
  ]
}

const SHOWN = 2

function cell(result: RowResult | undefined): string {
  if (result === undefined) return ''
  if (result.notApplicable !== undefined) return `n/a: ${result.notApplicable}`
  const misses = missesOf(result)
  const otherwise = otherwiseOf(result)
  const figures = result.figures.length === 0 ? '' : ` (${result.figures.join('; ')})`
  if (misses.length > 0) {
    const more = misses.length > SHOWN ? `; ${misses.length - SHOWN} more` : ''
    return `**no**: ${misses.slice(0, SHOWN).join('; ')}${more}${figures}`
  }
  if (otherwise.length > 0) return `refuses in its own way: ${otherwise[0]!}${figures}`
  return `yes${figures}`
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').replaceAll('<', '&lt;')
}
