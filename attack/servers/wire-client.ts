// The engine's client role, as a process: connects again and again to the port of the first argument, and echoes.
import { connectClient } from '../../packages/wire/echo/client.ts'

const port = Number(process.argv[2])
console.log(`Listening on http://127.0.0.1:${port}`)

for (;;) {
  try {
    await connectClient(`ws://127.0.0.1:${port}/`, {
      limits: { maxMessageBytes: 65_536 },
      onMessage: (connection, payload, binary) => {
        if (binary) connection.sendBinary(payload)
        else connection.sendText(payload)
      },
    })
  } catch {
    // A server that is not one.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
