import type { Doc } from './type-tree.ts'

/** The lines of a doc comment, or none when there is nothing to say. Nothing in a description can end the comment. */
export function docComment(doc: Doc | undefined): string[] {
  const lines = [...cleanLines(doc?.description ?? ''), ...(doc?.deprecated === true ? ['@deprecated'] : [])]
  if (lines.length === 0) return []
  if (lines.length === 1) return [`/** ${lines[0]} */`]
  return ['/**', ...lines.map((line) => (line === '' ? ' *' : ` * ${line}`)), ' */']
}

/** Text for a line comment: without anything that would end it. */
export function oneLine(written: string): string {
  return cleanLines(written).join(' ')
}

function cleanLines(written: string): string[] {
  const clean = written
    .toWellFormed()
    .replaceAll(/\r\n?|[\u0085\u2028\u2029\v\f]/g, '\n')
    // What editors and compilers take for a sign that a file is not text.
    .replaceAll(/[\u0000-\u0008\u000E-\u001F\u007F-\u009F\uFEFF\uFFFD]/g, ' ')
    .replaceAll('*/', String.raw`*\/`)
    .trim()
  return clean === '' ? [] : clean.split('\n').map((line) => line.trimEnd())
}
