import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The network between a tab and a server, for tests: TCP, byte for byte, while it is plugged in. */
export interface Cable extends AsyncDisposable {
  readonly url: string
  /** Resets what is open, and whatever is opened until `plugIn`. */
  unplug(): void
  plugIn(): void
}

export async function openCable(serverUrl: string): Promise<Cable> {
  const { hostname, port } = new URL(serverUrl)
  const open = new Set<Socket>()
  let plugged = true
  const server = createServer((near) => {
    if (!plugged) return void near.resetAndDestroy()
    const far = connect(Number(port), hostname)
    for (const [socket, other] of [[near, far] as const, [far, near] as const]) {
      open.add(socket)
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket)
          other.destroy()
        })
      socket.pipe(other)
    }
  })
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening))
  const cut = (): void => {
    for (const socket of open) socket.resetAndDestroy()
  }
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    unplug() {
      plugged = false
      cut()
    },
    plugIn() {
      plugged = true
    },
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((closed) => server.close(closed))
    },
  }
}
