import { WireConnection } from '@hydrant/wire'
import type { Attack } from './row.ts'

interface Misused {
  readonly what: string
  readonly got: string
  readonly good: boolean
}

type Sender = { close(code: number, reason: unknown): void; ping(data: unknown): void; text(data: string): void }

/** Says what each wrong call did. The same calls for the engine and for `ws`. */
export async function misuse(attack: Attack): Promise<Misused[]> {
  const calls: [string, (sender: Sender) => void][] = [
    ['close(1000, new Float32Array(20))', (sender) => sender.close(1000, new Float32Array(20))],
    ['ping(1000)', (sender) => sender.ping(1000)],
    ['a lone surrogate as text', (sender) => sender.text('\uD800')],
  ]
  const results: Misused[] = []
  for (const [what, call] of calls) {
    const sender = attack.kind.name === 'hydrant' ? engine() : await wsClient(attack.port)
    try {
      call(sender)
      results.push({ what, got: 'accepted', good: false })
    } catch (error) {
      results.push({
        what,
        got: (error as Error).constructor.name.replace('WireMisuseError', 'TypeError'),
        good: error instanceof TypeError,
      })
    }
  }
  return results
}

function engine(): Sender {
  const connection = new WireConnection({
    role: 'server',
    now: 0,
    random: () => {},
    events: { onMessage: () => {}, onEnd: () => {} },
  })
  return {
    close: (code, reason) => connection.close(code, reason as string, 0),
    ping: (data) => connection.ping(data as Buffer),
    text: (data) => connection.sendText(data),
  }
}

async function wsClient(port: number): Promise<Sender> {
  const { WebSocket } = await import('ws')
  const client = new WebSocket(`ws://127.0.0.1:${port}/`)
  client.on('error', () => {})
  await new Promise((resolve) => client.once('open', resolve))
  setTimeout(() => client.terminate(), 200)
  return {
    close: (code, reason) => client.close(code, reason as string),
    ping: (data) => client.ping(data),
    text: (data) => client.send(data),
  }
}
