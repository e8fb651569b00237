import { writeFileSync } from 'node:fs'
import { logsReference } from './logs-reference.ts'
import { metricsReference } from './metrics-reference.ts'

writeFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), metricsReference())
writeFileSync(new URL('../../../docs/reference/logs.md', import.meta.url), logsReference())
