import { connect, type Client, type ConnectionState, type ConnectOptions, type HydrantError } from '../../src/index.ts'
import { ModelServer } from './model-server.ts'
import { Network } from './network.ts'

export interface TestClient {
  readonly api: Client
  readonly network: Network
  readonly server: ModelServer
  readonly states: ConnectionState[]
  readonly errors: HydrantError[]
}

/** A client and the model server on a network that moves when it is told to. Random numbers are 0.5 unless told otherwise. */
export function openClient(options: ConnectOptions & { readonly random?: () => number } = {}): TestClient {
  const server: ModelServer = new ModelServer(() => network.time.nowMs + SERVER_MS)
  const network = new Network(server, options.random ?? ((): number => 0.5))
  const api = connect('wss://example.test', { ...options, platform: network.platform })
  const states: ConnectionState[] = []
  const errors: HydrantError[] = []
  api.on('state', (state) => states.push(state))
  api.on('error', (error) => errors.push(error))
  return { api, network, server, states, errors }
}

/** What the model server's clock shows when time begins. */
export const SERVER_MS: number = Date.UTC(2030, 0, 1)
