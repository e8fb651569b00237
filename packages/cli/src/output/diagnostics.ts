import type { Diagnostic } from '@hydrant/contract'

/** `api.yaml:12:5 error ref-not-found message (/channels/a)`; what is wrong with the whole document has no pointer. */
export function diagnosticLine(file: string, diagnostic: Diagnostic): string {
  const { line = 1, column = 1, severity, code, message, pointer } = diagnostic
  const where = pointer === '' ? '' : ` (${pointer})`
  return `${file}:${line}:${column} ${severity} ${code} ${message.replaceAll(/\s+/g, ' ')}${where}`
}

/** In the order of the file. */
export function sortedByPlace(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}

/** How many there are of each severity, as numbers and in words. */
export function countOf(diagnostics: readonly Diagnostic[]): {
  readonly bySeverity: { readonly errors: number; readonly warnings: number; readonly infos: number }
  readonly text: string
} {
  const count = (severity: Diagnostic['severity']): number =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length
  const bySeverity = { errors: count('error'), warnings: count('warning'), infos: count('info') }
  const words = [
    plural(bySeverity.errors, 'error'),
    plural(bySeverity.warnings, 'warning'),
    ...(bySeverity.infos > 0 ? [plural(bySeverity.infos, 'remark')] : []),
  ]
  return { bySeverity, text: words.join(', ') }
}

function plural(count: number, word: string): string {
  return `${count === 0 ? 'no' : count} ${word}${count === 1 ? '' : 's'}`
}
