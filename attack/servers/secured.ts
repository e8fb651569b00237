// A server that asks who is calling: tokens of an issuer (first argument), keys for the backend, rules by claim.
import { createHydrant } from '@hydrant/server'
import { securedContract, securedSettings } from './secured-contract.ts'

const [issuer, variant] = process.argv.slice(2)
const keysIn =
  variant === 'cookie' ? ({ name: 'session', in: 'cookie' } as const) : ({ name: 'X-Key', in: 'header' } as const)
const auth = securedSettings(issuer!)

const hydrant = createHydrant({
  contract: securedContract(keysIn),
  auth,
  allowedOrigins: variant === 'cookie' ? [] : ['https://app.example.com'],
})
const { url } = await hydrant.listen({ port: 0 })
console.log(`Listening on ${url}`)

/** What a reload brings, by what the suite calls it. */
const RELOADS: Record<string, string | object> = {
  document: 'asyncapi: [3.1.0',
  rule: securedContract(keysIn, 'everybody-please'),
  admins: securedContract(keysIn, [{ role: 'admin' }]),
  before: securedContract(keysIn),
}

process.on('message', (command: unknown) => {
  if (typeof command !== 'object' || command === null) return
  if ('revoke' in command) hydrant.revoke(String(command.revoke), 'the attack suite says so')
  if ('reload' in command) {
    try {
      hydrant.reload(RELOADS[String(command.reload)]!, auth)
      console.log('reload taken')
    } catch (error) {
      console.log(`reload refused: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
})
process.channel?.unref()
