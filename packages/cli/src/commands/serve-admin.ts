import { readFile } from 'node:fs/promises'
import type { SettingsInForce } from '@hydrant/server/settings'
import { CommandError } from '../exit-codes.ts'
import type { Terminal } from '../output/terminal.ts'
import type { Server } from '../workers/make-server.ts'

/**
 * Opens the admin listener as the settings say. The default port is a wish: where it is in use and nobody asked for it, a free
 * one is taken. @throws CommandError
 */
export async function openAdmin(
  server: Server,
  settings: SettingsInForce,
  terminal: Terminal,
): Promise<{ readonly url: string }> {
  const { adminHost: host, adminPort: port, adminAllowedHosts, adminTokenFile, insecureAdminNoToken } = settings.values
  const token = adminTokenFile === undefined ? undefined : await readToken(adminTokenFile)
  const options = { host, token, allowedHosts: adminAllowedHosts, insecureNoToken: insecureAdminNoToken }
  if (insecureAdminNoToken) {
    terminal.note(`hydrant: WARNING: whoever reaches ${host} may manage this server (--insecure-admin-no-token)`)
  }
  try {
    return await server.listenAdmin({ ...options, port })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof TypeError) {
      const hint = 'give --admin-token-file, or --insecure-admin-no-token if that is meant'
      throw new CommandError('usage', `${error.message}; ${hint}`, { cause: error })
    }
    if (code === 'EADDRINUSE' && settings.of('adminPort').source === 'default') {
      return server.listenAdmin({ ...options, port: 0 })
    }
    throw new CommandError('cannotListen', `the admin listener cannot use port ${port} of ${host} (${code})`, {
      cause: error,
    })
  }
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CommandError('unreadable', `${file} cannot be read (${code})`, { cause: error })
  }
}
