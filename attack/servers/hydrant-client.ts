// @hydrant/client as a process, subscribed to a channel of the server at the port of the first argument; anew whenever it is told to.
import { type Client, connect } from '@hydrant/client'

const port = Number(process.argv[2])
console.log(`Listening on http://127.0.0.1:${port}`)

let api = begin()
process.on('message', (command: unknown) => {
  if (typeof command !== 'object') return
  api.close()
  api = begin()
})
process.channel?.unref()

function begin(): Client {
  const begun = connect(`ws://127.0.0.1:${port}`)
  begun.on('error', () => {})
  const channel = begun.channel('/json/x')
  channel.on('error', () => {})
  channel.subscribe(() => {})
  return begun
}
