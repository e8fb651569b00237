import type { Action, Channel, Perspective } from '@hydrant/contract'
import type { Decision, Principal } from '@hydrant/server'
import { Command, Option } from 'commander'
import { CommandError } from '../exit-codes.ts'
import { readInput } from '../input-file.ts'
import type { Terminal } from '../output/terminal.ts'
import { helpEnd, perspectiveOption } from './options.ts'

interface ExplainOptions {
  readonly as?: string
  readonly scheme?: string
  readonly rolesClaim: string
  readonly action?: Action
  readonly json?: true
  readonly perspective: Perspective
}

/** `hydrant explain`: who may do what on a channel, and which rule says so. */
export function explainCommand(terminal: Terminal): Command {
  return new Command('explain')
    .summary('say whether somebody may use a channel, and which rule decides')
    .description(
      'Prints for subscribe and publish whether a caller may, and the rule of the contract that decides. The token is read and not ' +
        'verified: this asks the rules, not the server. Without --as it is somebody without an identity.',
    )
    .argument('<file>', 'the AsyncAPI document; - reads standard input')
    .argument('<address>', 'the address of a channel, such as /users/42')
    .option('--as <token>', 'a JSON Web Token, or the path of a file with one or with claims as JSON')
    .option('--scheme <name>', 'the security scheme by which the caller is recognized (default: any)')
    .option('--roles-claim <claim>', 'the claim with the roles: a name or a JSON pointer', 'roles')
    .addOption(new Option('--action <action>', 'ask for one only').choices(['subscribe', 'publish']))
    .option('--json', 'print one JSON object')
    .addOption(perspectiveOption())
    .addHelpText(
      'after',
      helpEnd(
        [
          'hydrant explain api.yaml /users/42 --as claims.json',
          'hydrant explain api.yaml /users/42 --action subscribe',
        ],
        ['ok', 'refused', 'usage', 'unreadable'],
      ),
    )
    .action((file: string, address: string, options: ExplainOptions) => explain(file, address, options, terminal))
}

async function explain(file: string, address: string, options: ExplainOptions, terminal: Terminal): Promise<void> {
  const { readContract } = await import('@hydrant/contract')
  const { contract } = readContract(await readInput(file), { perspective: options.perspective, name: file })
  if (contract === undefined) throw new CommandError('refused', `${file} cannot be served; see: hydrant check ${file}`)
  const match = contract.match(address)
  if (!match.ok) throw new CommandError('refused', `no channel of ${file} has the address ${address}`)
  const { explainPermission } = await import('@hydrant/server')
  const principal = await principalFrom(options)
  const actions: readonly Action[] = options.action === undefined ? ['subscribe', 'publish'] : [options.action]
  const decisions = actions.map((action) => ({
    action,
    ...(wrongDirection(match.channel, action, principal) ?? explainPermission(contract, principal, action, match)),
  }))
  if (options.json) {
    await terminal.result(JSON.stringify({ address: match.address, principal: principal.id, decisions }, null, 2))
  } else {
    for (const { action, allowed, because, rule } of decisions) {
      const verdict = allowed ? 'allowed' : 'denied'
      await terminal.result(
        `${action.padEnd(9)}  ${verdict.padEnd(7)}  ${because}${rule === undefined ? '' : ` (${rule})`}`,
      )
    }
  }
  if (decisions.some(({ allowed }) => !allowed)) throw new CommandError('refused', '')
}

/** What the contract lets no client do, whoever it is. */
function wrongDirection(channel: Channel, action: Action, { kind }: Principal): Decision | undefined {
  if (kind === 'application') return undefined
  const { messages } = action === 'subscribe' ? channel.toClients : channel.fromClients
  if (messages.length > 0) return undefined
  return {
    allowed: false,
    because: action === 'subscribe' ? 'it sends nothing to clients' : 'it takes nothing from clients',
  }
}

async function principalFrom({ as, scheme, rolesClaim }: ExplainOptions): Promise<Principal> {
  const { ANONYMOUS, principalOfClaims } = await import('@hydrant/server')
  if (as === undefined) return ANONYMOUS
  const claims = claimsOf(as) ?? claimsOf((await readInput(as)).trim())
  if (claims === undefined) {
    throw new CommandError('refused', 'as: expected a JSON Web Token, or a file with one or with an object of claims')
  }
  const name = typeof claims['sub'] === 'string' ? claims['sub'] : 'caller'
  return principalOfClaims(scheme === undefined ? name : `${scheme}:${name}`, scheme, claims, { rolesClaim })
}

/** The claims of a token, or of JSON. */
function claimsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const parts = text.split('.')
  const isToken = parts.length === 3 && /^[\w-]+$/.test(parts[1]!)
  if (!isToken && !text.startsWith('{')) return undefined
  try {
    const claims: unknown = JSON.parse(isToken ? Buffer.from(parts[1]!, 'base64url').toString() : text)
    return typeof claims === 'object' && claims !== null ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
