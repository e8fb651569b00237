/** What the Bun peers use of Bun: they run on its own runtime, whose WebSocket server is built on uWebSockets. */
export interface BunSocket {
  readonly data: { readonly url: string }
  subscribe(topic: string): void
  send(data: string | Uint8Array): number
}

export interface BunServer {
  readonly port: number
  upgrade(request: Request, options: { data: BunSocket['data'] }): boolean
  publish(topic: string, data: string | Uint8Array, compress?: boolean): number
}

interface BunRuntime {
  file(path: string): unknown
  serve(options: {
    port: number
    hostname: string
    /** Of connections that are no WebSockets; seconds, 0 for none. */
    idleTimeout: number
    tls?: { cert: unknown; key: unknown }
    fetch(request: Request, server: BunServer): Response | undefined | Promise<Response>
    websocket: {
      open?(socket: BunSocket): void
      message(socket: BunSocket, message: string | Uint8Array): void
      idleTimeout?: number
      sendPings?: boolean
      backpressureLimit?: number
      perMessageDeflate?: boolean
    }
  }): BunServer
}

export const bun: BunRuntime = (globalThis as unknown as { Bun: BunRuntime }).Bun

/** Every request becomes a WebSocket. */
export function upgradeAll(request: Request, server: BunServer): Response | undefined {
  if (server.upgrade(request, { data: { url: request.url } })) return undefined
  return new Response('expected an upgrade', { status: 426 })
}
