import { writeFileSync } from 'node:fs'
import { adminTypes, typesFile } from './admin-types.ts'

writeFileSync(typesFile, adminTypes())
