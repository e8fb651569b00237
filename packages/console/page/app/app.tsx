import { useEffect, useMemo, useState, type ReactElement } from 'react'
import { AdminContext } from '../data/context.tsx'
import type { Admin } from '../data/admin.ts'
import type { Session } from '../data/admin-types.gen.ts'
import { ServerAdmin } from '../data/server-admin.ts'
import { parseSnapshot, SnapshotAdmin } from '../data/snapshot-admin.ts'
import { Login } from './login.tsx'
import { NoServer } from './no-server.tsx'
import { Shell } from './shell.tsx'
import { SnapshotDrop } from './snapshot-drop.tsx'
import { tell, Toasts } from './toasts.tsx'

/** Whether there is a server, and whether it lets this browser in. */
type Access = 'asking' | 'in' | 'token-wanted' | 'no-server'

/** The console: of the server that served it, or of a snapshot. */
export function App(): ReactElement {
  const server = useMemo(
    () => (location.protocol.startsWith('http') ? new ServerAdmin(baseOf(location)) : undefined),
    [],
  )
  const [snapshot, setSnapshot] = useState<SnapshotAdmin>()
  const [access, setAccess] = useState<Access>(server === undefined ? 'no-server' : 'asking')
  useEffect(() => {
    if (server === undefined) return
    server.onUnauthorized(() => setAccess('token-wanted'))
    server
      .get<Session>('session')
      .then(({ required, authenticated }) => setAccess(required && !authenticated ? 'token-wanted' : 'in'))
      .catch(() => setAccess('no-server'))
  }, [server])
  const openFile = async (file: File): Promise<void> => {
    try {
      setSnapshot(new SnapshotAdmin(parseSnapshot(await file.text())))
    } catch (error) {
      tell(`${file.name}: ${(error as Error).message}`, { bad: true })
    }
  }
  const admin: Admin | undefined = snapshot ?? (access === 'in' || access === 'asking' ? server : undefined)
  return (
    <>
      <SnapshotDrop onFile={(file) => void openFile(file)} />
      {admin !== undefined ? (
        <AdminContext value={admin}>
          <Shell
            // What was seen of the server is none of the snapshot's.
            key={snapshot?.snapshot.takenAt}
            onOpenSnapshot={(file) => void openFile(file)}
            onCloseSnapshot={() => setSnapshot(undefined)}
          />
        </AdminContext>
      ) : access === 'token-wanted' && server !== undefined ? (
        <Login
          server={server}
          onIn={() => {
            server.reconnect()
            setAccess('in')
          }}
        />
      ) : (
        <NoServer
          onFile={(file) => void openFile(file)}
          {...(server === undefined ? {} : { onRetry: () => location.reload() })}
        />
      )}
      <Toasts />
    </>
  )
}

/** The folder of the page: the admin API is below it, wherever a proxy mounted both. */
function baseOf({ href }: Location): string {
  return new URL('.', href.split('#', 1)[0]).href
}
