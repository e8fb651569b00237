/** What the Bun peers use of Bun: they run on its own runtime, whose WebSocket server is built on uWebSockets. */
export interface BunSocket {
  subscribe(topic: string): void
  send(data: string | Uint8Array): number
}

export interface BunServer {
  readonly port: number
  upgrade(request: Request): boolean
  publish(topic: string, data: string): number
}

interface BunRuntime {
  serve(options: {
    port: number
    hostname: string
    fetch(request: Request, server: BunServer): Response | undefined
    websocket: {
      open?(socket: BunSocket): void
      message(socket: BunSocket, message: string | Uint8Array): void
      idleTimeout?: number
      sendPings?: boolean
      backpressureLimit?: number
    }
  }): BunServer
}

export const bun: BunRuntime = (globalThis as unknown as { Bun: BunRuntime }).Bun

/** Every request becomes a WebSocket. */
export function upgradeAll(request: Request, server: BunServer): Response | undefined {
  return server.upgrade(request) ? undefined : new Response('expected an upgrade', { status: 426 })
}
