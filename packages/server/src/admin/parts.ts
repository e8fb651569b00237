import type { Access } from './access.ts'
import type { AdminHost } from './admin-host.ts'
import type { AuditLog } from './audit-log.ts'
import type { ContractVersions } from './contract-versions.ts'
import type { AdminDescription } from './openapi-document.ts'
import type { AdminOptions } from './admin-listener.ts'
import type { AdminPublishWatch } from './watch/publish-watch.ts'
import type { Rates } from './watch/rates.ts'
import type { StatusHistory } from './watch/status-history.ts'

/** What the resources of the admin API work with: made once for each admin listener. */
export interface AdminParts {
  readonly host: AdminHost
  readonly access: Access
  readonly audit: AuditLog
  readonly description: AdminDescription
  readonly rates: Rates
  readonly history: StatusHistory
  /** Where this listener is, and what it was opened with. */
  readonly listening: () => Required<Pick<AdminOptions, 'host' | 'port' | 'allowedHosts'>>
  readonly watch: AdminPublishWatch
  readonly versions: ContractVersions
}
