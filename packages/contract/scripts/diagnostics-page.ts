/**
 * Writes docs/reference/diagnostics.md from the table in the code.
 *
 *     node --conditions=@hydrant/source packages/contract/scripts/diagnostics-page.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { diagnosticCodes } from '@hydrant/contract'

const rows = Object.entries(diagnosticCodes).map(
  ([code, { severity, rule }]) => `| \`${code}\` | ${severity} | ${rule} |`,
)

writeFileSync(
  join(import.meta.dirname, '../../../docs/reference/diagnostics.md'),
  `# Diagnostics

What \`hydrant check\` can say about a document. Codes are stable. An **error** means that something in the document cannot be used as it is
written, a **warning** that it was read as it was probably meant, an **info** that you may want to know.

| code | severity | rule |
| --- | --- | --- |
${rows.join('\n')}
`,
)
