import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.ts'
import { contractOf, documentWith, findings } from '../documents.ts'

const types: JsonObject = {
  userPassword: { type: 'userPassword' },
  apiKey: { type: 'apiKey', in: 'user' },
  X509: { type: 'X509' },
  symmetricEncryption: { type: 'symmetricEncryption' },
  asymmetricEncryption: { type: 'asymmetricEncryption' },
  httpApiKey: { type: 'httpApiKey', name: 'k', in: 'header' },
  http: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  oauth2: {
    type: 'oauth2',
    flows: { implicit: { authorizationUrl: 'https://x.test', availableScopes: {} } },
    scopes: ['a'],
  },
  openIdConnect: { type: 'openIdConnect', openIdConnectUrl: 'https://x.test', scopes: ['b'] },
  plain: { type: 'plain' },
  scramSha256: { type: 'scramSha256' },
  scramSha512: { type: 'scramSha512' },
  gssapi: { type: 'gssapi', description: 'Kerberos' },
}

it('security schemes of every type are read, with what is special to each', () => {
  const document = documentWith({ components: { securitySchemes: types } })
  const contract = contractOf(document)
  expect(findings(document)).toEqual([])
  expect(contract.securitySchemes.map(({ name, type }) => [name, type])).toEqual(
    Object.keys(types).map((name) => [name, name]),
  )
  expect(contract.securitySchemes.find(({ name }) => name === 'http')).toMatchObject({
    definition: { scheme: 'bearer', bearerFormat: 'JWT' },
  })
  expect(contract.securitySchemes.find(({ name }) => name === 'oauth2')).toMatchObject({ scopes: ['a'] })
  expect(contract.securitySchemes.find(({ name }) => name === 'gssapi')).toMatchObject({ description: 'Kerberos' })
})

it('security schemes of an unknown type, or without what their type needs, are reported', () => {
  const document = documentWith({
    components: { securitySchemes: { a: { type: 'magic' }, b: { type: 'http' }, c: {}, d: 5 } },
  })
  expect(findings(document)).toEqual(
    expect.arrayContaining([
      'warning security-unknown /components/securitySchemes/a/type',
      'error required-field /components/securitySchemes/b',
      'error required-field /components/securitySchemes/c',
      'error wrong-type /components/securitySchemes/d',
    ]),
  )
})

it('servers have host, pathname, protocol, variables and security, by reference or in place', () => {
  const document = documentWith({
    servers: {
      main: {
        host: '{region}.x.test',
        pathname: '/v1',
        protocol: 'wss',
        protocolVersion: '13',
        title: 'T',
        variables: { region: { enum: ['eu', 'us'], default: 'eu', description: 'where', examples: ['us'] } },
        security: [{ $ref: '#/components/securitySchemes/key' }, { type: 'plain' }],
      },
    },
    components: { securitySchemes: { key: { type: 'userPassword' } } },
  })
  expect(contractOf(document).servers).toMatchObject([
    {
      id: 'main',
      host: '{region}.x.test',
      pathname: '/v1',
      protocol: 'wss',
      protocolVersion: '13',
      variables: [{ name: 'region', enum: ['eu', 'us'], default: 'eu', description: 'where', examples: ['us'] }],
      security: [
        { name: 'key', type: 'userPassword' },
        { name: '/servers/main/security/1', type: 'plain' },
      ],
    },
  ])
})

it('info that is missing or wrong is reported, and the document is still served', () => {
  const document = documentWith({ info: { titel: 'x', contact: 'me', license: { url: 'u' } } })
  expect(contractOf(document).info).toEqual({
    title: 'Untitled',
    version: '0.0.0',
    tags: [],
    license: { name: 'unnamed', url: 'u' },
  })
  expect(findings(document)).toEqual(
    expect.arrayContaining([
      'error required-field /info',
      'error wrong-type /info/contact',
      'error required-field /info/license',
      'warning unknown-field /info/titel',
    ]),
  )
})
