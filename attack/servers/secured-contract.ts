import { type AuthSettings, hashKey } from '@hydrant/server'

/** Given to nobody but the attack that knows it. */
export const BACKEND_KEY = 'backend-key-for-the-attack-suite'

/** A contract with a scheme for tokens, one for keys, and a rule by claim. `keysIn` is where the key stands. */
export function securedContract(
  keysIn: { readonly name: string; readonly in: 'header' | 'cookie' | 'query' },
  subscribe: unknown = [{ claim: { sub: '{id}' } }],
): object {
  return {
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
        'x-hydrant': { allow: { subscribe, publish: [{ claim: { sub: '{id}' } }] } },
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
          ...keysIn,
        },
      },
    },
  }
}

/** How its schemes are enforced. */
export function securedSettings(issuer: string): AuthSettings {
  return {
    login: { issuer, audience: 'api', jwksUri: `${issuer}/jwks` },
    backend: { keys: [{ id: 'pricing', hash: hashKey(BACKEND_KEY), scopes: ['hydrant:publish'] }] },
  }
}
