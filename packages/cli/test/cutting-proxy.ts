import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/**
 * `node cutting-proxy.ts PORT BYTES`: a TCP proxy to a port of this machine that resets each connection after so many
 * bytes of answer. Prints its own port.
 */
const [port, limit] = process.argv.slice(2).map(Number) as [number, number]

const server = createServer((socket) => {
  const upstream = connect(port, '127.0.0.1')
  let left = limit
  const end = (): void => {
    socket.resetAndDestroy()
    upstream.destroy()
  }
  upstream.on('data', (bytes) => {
    socket.write(bytes.subarray(0, left))
    left -= bytes.length
    // Not at once: what was let through is to arrive before the reset.
    if (left <= 0) setTimeout(end, 5)
  })
  socket.on('data', (bytes) => upstream.write(bytes))
  for (const one of [socket, upstream]) one.on('error', end).on('close', end)
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
