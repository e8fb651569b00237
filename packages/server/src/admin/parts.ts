import type { Access } from './access.ts'
import type { AdminHost } from './admin-host.ts'
import type { AuditLog } from './audit-log.ts'
import type { ContractVersions } from './contract-versions.ts'
import type { AdminDescription } from './openapi-document.ts'
import type { AdminPublishWatch } from './watch/publish-watch.ts'
import type { Rates } from './watch/rates.ts'

/** What the resources of the admin API work with: made once for each admin listener. */
export interface AdminParts {
  readonly host: AdminHost
  readonly access: Access
  readonly audit: AuditLog
  readonly description: AdminDescription
  readonly rates: Rates
  readonly watch: AdminPublishWatch
  readonly versions: ContractVersions
}
