import { watchFile, unwatchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { SettingsInForce } from '@hydrant/server/settings'
import { CommandError } from '../exit-codes.ts'
import type { Terminal } from '../output/terminal.ts'

/** Files are looked at this often: links that are turned to another file, as in Kubernetes, are seen too. */
const lookEveryMs = 2_000

/** The contents of the files, in PEM. */
export interface PemFiles {
  readonly cert: string
  readonly key: string
  readonly clientCa: string | undefined
}

/** The files of `--tls-cert`, `--tls-key` and `--tls-client-ca`. */
export interface TlsSource {
  read(): Promise<PemFiles>
  /** Reads them again when one changes and on SIGHUP; files that cannot be used are told, and the old ones stay. */
  watch(replace: (files: PemFiles) => void, terminal: Terminal): AsyncDisposable
}

/** Undefined without TLS. Throws CommandError when one of certificate and key is there without the other. */
export function tlsFilesOf({ values }: SettingsInForce): TlsSource | undefined {
  const { tlsCert, tlsKey, tlsClientCa } = values
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new CommandError(
      'usage',
      `TLS needs a certificate and its key; --tls-${tlsCert === undefined ? 'cert' : 'key'} is missing`,
    )
  }
  const paths = [tlsCert, tlsKey, ...(tlsClientCa === undefined ? [] : [tlsClientCa])]
  const read = async (): Promise<PemFiles> => {
    const [cert, key, clientCa] = await Promise.all(paths.map(readPem))
    return { cert: cert!, key: key!, clientCa }
  }
  return {
    read,
    watch: (replace, terminal) => {
      const again = (): void => {
        read()
          .then((files) => {
            replace(files)
            terminal.note('hydrant: the certificate was read again')
          })
          .catch((error: unknown) =>
            terminal.note(`hydrant: the certificate stays as it was: ${(error as Error).message}`),
          )
      }
      for (const path of paths) watchFile(path, { interval: lookEveryMs, persistent: false }, again)
      process.on('SIGHUP', again)
      return {
        async [Symbol.asyncDispose]() {
          for (const path of paths) unwatchFile(path, again)
          process.off('SIGHUP', again)
        },
      }
    },
  }
}

async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new CommandError('unreadable', `${path} cannot be read (${code})`, { cause: error })
  }
}
