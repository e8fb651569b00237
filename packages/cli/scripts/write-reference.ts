import { writeFileSync } from 'node:fs'
import { cliReference } from './reference.ts'

writeFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), cliReference())
