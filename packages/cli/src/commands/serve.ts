import type { Contract, Diagnostic } from '@hydrant/contract'
import type { AuthSettings, SettingsInForce } from '@hydrant/server'
import { ROWS } from '@hydrant/server/settings'
import { Command } from 'commander'
import { CommandError } from '../exit-codes.ts'
import { readInput } from '../input-file.ts'
import { channelLines, exampleAddress } from '../output/channels.ts'
import { logFor } from '../output/log.ts'
import { countOf, diagnosticLine, sortedByPlace } from '../output/diagnostics.ts'
import type { Terminal } from '../output/terminal.ts'
import { makeServer, type ReadDocument, type Server, type ServerSetUp } from '../workers/make-server.ts'
import { openAdmin } from './serve-admin.ts'
import { helpEnd } from './options.ts'
import { reloadWhenAsked } from './reloading.ts'
import { configFileOf, type SettingFlags, settingOptions, settingsFrom } from './setting-options.ts'
import { type PemFiles, tlsFilesOf } from './tls-files.ts'

/** `hydrant serve`: the contract as a live API. */
export function serveCommand(terminal: Terminal): Command {
  const command = new Command('serve')
    .summary('serve a contract as a live API')
    .description(
      'Serves every channel of an AsyncAPI document over HTTP, Server-Sent Events and WebSocket, until it is stopped. ' +
        'SIGHUP reads the contract and the auth section of the configuration again. ' +
        'SIGTERM and SIGINT flush what is on its way and close connections with 1001; a second one stops at once.',
    )
    .argument('<file>', 'the AsyncAPI document; - reads standard input')
    .option('--config <file>', 'settings from a YAML file; HYDRANT_CONFIG names it too')
    .option('--no-admin', 'without the admin listener (console, admin API, metrics)')
    .option('--watch', 'read the contract and the auth section again when a file changes, as on SIGHUP')
  for (const option of settingOptions()) command.addOption(option)
  return command
    .addHelpText(
      'after',
      helpEnd(
        [
          'hydrant serve api.yaml',
          'hydrant serve api.yaml --port 9000 --allow-origin https://app.example.com',
          'HYDRANT_MAX_MESSAGE=128KiB hydrant serve api.yaml --config hydrant.yaml',
        ],
        ['ok', 'refused', 'usage', 'unreadable', 'cannotListen'],
      ),
    )
    .action((file: string, options: SettingFlags) => serve(file, options, terminal))
}

async function serve(file: string, options: SettingFlags, terminal: Terminal): Promise<void> {
  const settings = await settingsFrom(options, terminal)
  const { host, port, insecureNoAuthentication } = settings.values
  const config = configFileOf(options)
  const auth = await readAuth(config)
  const authenticates = Object.keys(auth).length > 0
  if (!isLoopback(host) && !authenticates && !insecureNoAuthentication) {
    throw new CommandError(
      'usage',
      `--host ${host} lets others in and nobody is authenticated: everybody could publish; give auth settings in a --config file, ` +
        'or use --insecure-no-authentication if that is meant',
    )
  }
  if (insecureNoAuthentication) terminal.note(`hydrant: WARNING: ${insecurity(host, authenticates)}`)
  for (const { name, where, source } of settings.insecure()) {
    // Said above, where it matters.
    if (name === 'insecureNoAuthentication') continue
    terminal.note(`hydrant: WARNING: ${name} is on (${where ?? source}): ${ROWS[name].about}`)
  }
  const document = await readValidContract(file, settings, terminal)
  const log = await logFor(settings.values.logLevel, settings.values.logFormat)
  await using server = await make({ ...document, settings, auth, log }, terminal)
  const tls = tlsFilesOf(settings)
  const { url } = await listen(server, host, port, await tls?.read())
  await using watching = tls?.watch((files) => server.replaceTls(files), terminal)
  void watching
  const admin = options['admin'] === false ? undefined : await openAdmin(server, settings, terminal)
  const stopped = untilStopped(terminal)
  for (const line of welcome(document.contract, url, admin?.url)) await terminal.result(line)
  if (server.pids.length > 0) await terminal.result(`Workers: ${server.pids.length} (pids ${server.pids.join(', ')})`)
  const stopReloading = reloadWhenAsked(
    {
      files: [file, ...(config === undefined ? [] : [config])].filter((each) => each !== '-'),
      watch: options['watch'] === true,
      reload: async () => {
        // Standard input is over: its contract stays.
        const next = file === '-' ? document : await readValidContract(file, settings, terminal)
        await server.reload(next, await readAuth(config))
      },
      describe: (error) => (error instanceof Error ? error.message : String(error)),
    },
    terminal,
  )
  await stopped
  stopReloading()
}

function insecurity(host: string, authenticates: boolean): string {
  return authenticates
    ? `--insecure-no-authentication: security schemes of the contract that have no settings are not asked for`
    : `listening at ${host} without authentication (--insecure-no-authentication); whoever reaches it may publish`
}

/** Throws CommandError (refused) for settings that do not fit the contract. */
async function make(setUp: ServerSetUp, terminal: Terminal): Promise<Server> {
  try {
    return await makeServer(setUp, terminal)
  } catch (error) {
    if ((error as Error).name !== 'AuthSettingsError') throw error
    const hint = 'see docs/reference/authentication.md, or use --insecure-no-authentication to serve it to everybody'
    throw new CommandError('refused', `${(error as Error).message}; ${hint}`, { cause: error })
  }
}

/** The section `auth` of the configuration file. Throws CommandError. */
async function readAuth(config: string | undefined): Promise<AuthSettings> {
  if (config === undefined) return {}
  const { AuthSettingsError, readAuthFile } = await import('@hydrant/server')
  try {
    return await readAuthFile(config)
  } catch (error) {
    if (error instanceof AuthSettingsError) throw new CommandError('usage', error.message, { cause: error })
    const { code, message } = error as NodeJS.ErrnoException
    throw new CommandError('unreadable', `${config}: ${code ?? message}`, { cause: error })
  }
}

async function readValidContract(file: string, { values }: SettingsInForce, terminal: Terminal): Promise<ReadDocument> {
  const text = await readInput(file)
  const { readContract } = await import('@hydrant/contract')
  const history = { messages: values.historyMessages, maxAgeMs: values.historyAgeMs }
  const { contract, diagnostics } = readContract(text, { perspective: values.perspective, history, name: file })
  tellDiagnostics(file, diagnostics, terminal)
  if (contract === undefined) throw new CommandError('refused', `${file} cannot be served`)
  return { contract, source: text }
}

/** At most so many errors are shown in full; `hydrant check` shows all. */
const shownErrors = 5

function tellDiagnostics(file: string, diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  const { bySeverity, text } = countOf(diagnostics)
  if (bySeverity.errors + bySeverity.warnings === 0) return
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  for (const error of sortedByPlace(errors).slice(0, shownErrors)) terminal.note(diagnosticLine(file, error))
  terminal.note(`${file}: ${text}; see them with: hydrant check ${file}`)
}

async function listen(server: Server, host: string, port: number, tls?: PemFiles): Promise<{ url: string }> {
  try {
    return await server.listen({ host, port, tls })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = listenProblems[code ?? '']
    if (code?.startsWith('ERR_OSSL') || code?.startsWith('ERR_SSL')) {
      throw new CommandError(
        'cannotListen',
        `the certificate and the key cannot be used: ${(error as Error).message}`,
        {
          cause: error,
        },
      )
    }
    if (why === undefined) throw error
    throw new CommandError('cannotListen', why(host, port), { cause: error })
  }
}

const listenProblems: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) => `port ${port} of ${host} is in use; take another with --port, or --port 0 for a free one`,
  EACCES: (_host, port) => `port ${port} needs more rights; take one above 1023 with --port`,
  ENOTSUP: () => 'processes cannot share a port here: --workers needs Linux and Node 22.12 or later',
  EADDRNOTAVAIL: (host) => `${host} is not an address of this machine`,
  ENOTFOUND: (host) => `there is no host named "${host}"`,
}

function welcome(contract: Contract, url: string, adminUrl: string | undefined): string[] {
  const { title, version } = contract.info
  return [
    `${title} ${version} (AsyncAPI ${contract.asyncapi})`,
    `Listening on ${url}`,
    '',
    ...channelLines(contract),
    '',
    `Follow: curl -N -H 'Accept: text/event-stream' '${url}${exampleAddress(contract)}'`,
    `Page:   ${url}/`,
    ...(adminUrl === undefined ? [] : [`Admin:  ${adminUrl}/`]),
  ]
}

/** Waits for SIGTERM or SIGINT. A second one ends the process without waiting for anything. */
function untilStopped(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals): void => {
      for (const other of ['SIGINT', 'SIGTERM'] as const) {
        process.off(other, stop)
        process.once(other, () => process.exit(other === 'SIGINT' ? 130 : 143))
      }
      terminal.note(`hydrant: ${signal}, closing`)
      resolve()
    }
    process.once('SIGINT', stop).once('SIGTERM', stop)
  })
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)
}
