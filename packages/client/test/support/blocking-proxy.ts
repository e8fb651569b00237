import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A proxy in front of a server that cuts connections which ask for a WebSocket, as some offices' do. */
export interface BlockingProxy extends AsyncDisposable {
  readonly url: string
  blocks: boolean
  /** Nothing gets through any more and nobody is told, as when a cable is pulled. What was open stays dead. */
  silent: boolean
  /** The server's port: new connections go there. */
  port: number
  /** Cuts everything that is open, with a reset. */
  cut(): void
}

export async function openBlockingProxy(port: number): Promise<BlockingProxy> {
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(proxy.port, '127.0.0.1')
    let dead = false
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
      socket.on('data', (bytes) => {
        dead ||= proxy.silent
        if (dead) return
        const blocked = proxy.blocks && socket === near && /^upgrade: websocket/im.test(bytes.toString('latin1'))
        if (blocked) near.destroy()
        else other.write(bytes)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: BlockingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    blocks: true,
    silent: false,
    port,
    cut: () => {
      for (const socket of open) socket.resetAndDestroy()
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
  return proxy
}
