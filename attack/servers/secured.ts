// A server that asks who is calling: tokens of an issuer (first argument), keys for the backend, rules by claim.
import { type AuthSettings, createHydrant, hashKey } from '@hydrant/server'

const [issuer, variant] = process.argv.slice(2)
/** Given to nobody but the attack that knows it. */
const BACKEND_KEY = 'backend-key-for-the-attack-suite'

const contract = {
  asyncapi: '3.1.0',
  info: { title: 'Secured', version: '1.0.0' },
  servers: {
    main: {
      host: 'api.example.com',
      protocol: 'wss',
      security: [{ $ref: '#/components/securitySchemes/login' }, { $ref: '#/components/securitySchemes/backend' }],
    },
  },
  channels: {
    users: {
      address: '/users/{id}',
      parameters: { id: {} },
      'x-hydrant': { allow: { subscribe: [{ claim: { sub: '{id}' } }], publish: [{ claim: { sub: '{id}' } }] } },
      messages: { note: { payload: {} } },
    },
  },
  operations: {
    send: { action: 'send', channel: { $ref: '#/channels/users' } },
    receive: { action: 'receive', channel: { $ref: '#/channels/users' } },
  },
  components: {
    securitySchemes: {
      login: { type: 'http', scheme: 'bearer' },
      backend: {
        type: 'httpApiKey',
        name: variant === 'cookie' ? 'session' : 'X-Key',
        in: variant === 'cookie' ? 'cookie' : 'header',
      },
    },
  },
}
const auth: AuthSettings = {
  login: { issuer: issuer!, audience: 'api', jwksUri: `${issuer!}/jwks` },
  backend: { keys: [{ id: 'pricing', hash: hashKey(BACKEND_KEY), scopes: ['hydrant:publish'] }] },
}

const hydrant = createHydrant({
  contract,
  auth,
  allowedOrigins: variant === 'cookie' ? [] : ['https://app.example.com'],
})
const { url } = await hydrant.listen({ port: 0 })
console.log(`Listening on ${url}`)

process.on('message', (command: unknown) => {
  if (typeof command !== 'object' || command === null) return
  if ('revoke' in command) hydrant.revoke(String(command.revoke), 'the attack suite says so')
  if ('reload' in command) {
    try {
      hydrant.reload(command.reload === 'document' ? 'asyncapi: [3.1.0' : withRule('everybody-please'), auth)
      console.log('reload taken')
    } catch (error) {
      console.log(`reload refused: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
})
process.channel?.unref()

/** The contract with a rule that does not exist. */
function withRule(subscribe: string): object {
  const { users } = contract.channels
  return { ...contract, channels: { users: { ...users, 'x-hydrant': { allow: { subscribe } } } } }
}
