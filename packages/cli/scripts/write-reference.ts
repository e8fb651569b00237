import { writeFileSync } from 'node:fs'
import { cliReference } from './reference.ts'
import { settingsReference } from './settings-reference.ts'

writeFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), cliReference())
writeFileSync(new URL('../../../docs/reference/settings.md', import.meta.url), settingsReference())
