import { createContext, use, useSyncExternalStore, type Context } from 'react'
import type { ConnectionState } from '@hydrant/client'
import type { Admin } from './admin.ts'
import { ServerAdmin } from './server-admin.ts'

/** Where the views below it get their data. */
export const AdminContext: Context<Admin | undefined> = createContext<Admin | undefined>(undefined)

/** Where this view gets its data. */
export function useAdmin(): Admin {
  const admin = use(AdminContext)
  if (admin === undefined) throw new Error('a view outside of AdminContext')
  return admin
}

/** The state of the live connection; undefined in a snapshot. */
export function useConnectionState(): ConnectionState | undefined {
  const admin = useAdmin()
  return useSyncExternalStore(
    (changed) => (admin instanceof ServerAdmin ? admin.onState(changed) : () => {}),
    () => (admin instanceof ServerAdmin ? admin.state : undefined),
  )
}

/** Rises with each new connection: what was asked before is asked again. */
export function useGeneration(): number {
  const admin = useAdmin()
  return useSyncExternalStore(
    (changed) => (admin instanceof ServerAdmin ? admin.onState(changed) : () => {}),
    () => (admin instanceof ServerAdmin ? admin.generation : 0),
  )
}
