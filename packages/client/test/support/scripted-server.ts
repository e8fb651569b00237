import { type Client, connect, type ConnectionState, type ConnectOptions, type HydrantError } from '../../src/index.ts'
import { type FakeSocket, Network } from './network.ts'

/** A client on a server that says hello and then only what the test says, word for word. */
export interface ScriptedClient {
  readonly api: Client
  readonly network: Network
  readonly socket: FakeSocket
  readonly states: ConnectionState[]
  readonly errors: HydrantError[]
  /** Says a text as it is. */
  readonly say: (text: string) => Promise<void>
  /** The last request of an operation, as it was sent. */
  readonly asked: (op: string) => Record<string, unknown>
  /** Answers the last request of an operation, whatever its id is. */
  readonly answer: (op: string, reply: { readonly result?: unknown; readonly error?: unknown }) => Promise<void>
}

const HELLO = {
  push: 'hello',
  session: '5b0e',
  time: 1_760_000_000_000,
  limits: { channels: 128, messageBytes: 65_536 },
} as const

export async function openScripted(options: ConnectOptions = {}): Promise<ScriptedClient> {
  const network = new Network({
    connect(end) {
      end.send(HELLO)
      return { receive: () => {}, closed: () => {} }
    },
  })
  const api = connect('wss://example.test', { ...options, platform: network.platform })
  const states: ConnectionState[] = []
  const errors: HydrantError[] = []
  api.on('state', (state) => states.push(state))
  api.on('error', (error) => errors.push(error))
  await network.flush()
  const { socket } = network
  const asked = (op: string): Record<string, unknown> => {
    const request = socket.sent.findLast((each) => each['op'] === op)
    if (request === undefined) throw new Error(`the client did not ask for ${op}`)
    return request
  }
  const say = async (text: string): Promise<void> => {
    socket.onmessage?.({ data: text })
    await network.flush()
  }
  return {
    api,
    network,
    socket,
    states,
    errors,
    say,
    asked,
    answer: (op, reply) => say(JSON.stringify({ ...reply, id: asked(op)['id'] })),
  }
}
