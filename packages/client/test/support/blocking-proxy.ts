import { connect, createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A proxy in front of a server that cuts connections which ask for a WebSocket, as some offices' do. */
export interface BlockingProxy extends AsyncDisposable {
  readonly url: string
  blocks: boolean
  /** Cuts everything that is open, with a reset. */
  cut(): void
}

export async function openBlockingProxy(port: number): Promise<BlockingProxy> {
  const open = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (bytes) => {
      if (proxy.blocks && /^upgrade: websocket/im.test(bytes.toString('latin1'))) near.destroy()
      else far.write(bytes)
    })
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: BlockingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    blocks: true,
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
