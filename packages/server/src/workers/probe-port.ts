import { type AddressInfo, createServer, type ListenOptions, type Server } from 'node:net'

/**
 * The port that the workers will take. Whether somebody else has it is found out here, since they share it and would share it with others
 * too; so is whether this system lets processes share a port. Rejects with the system's error.
 */
export async function probePort(host: string, port: number): Promise<number> {
  const alone = await listenAt({ host, port })
  const { port: bound } = alone.address() as AddressInfo
  await closed(alone)
  const sharing: Server[] = []
  try {
    for (let i = 0; i < 2; i++) sharing.push(await listenAt({ host, port: bound, reusePort: true }))
  } catch (error) {
    if (sharing.length === 0) throw error
    // An older Node does not know the option.
    throw Object.assign(new Error('processes cannot share a port here', { cause: error }), { code: 'ENOTSUP' })
  } finally {
    await Promise.all(sharing.map(closed))
  }
  return bound
}

function listenAt(options: ListenOptions): Promise<Server> {
  return new Promise((listening, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(options, () => listening(server))
  })
}

function closed(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve))
}
