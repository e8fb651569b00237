import { createServer } from 'node:net'

/** Ports of loopback that nothing listens on now. They are all held until the last one is found. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject)
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
        }),
    ),
  )
  await Promise.all(
    servers.map(
      (server) =>
        new Promise((closed) => {
          server.close(closed)
        }),
    ),
  )
  return ports
}
