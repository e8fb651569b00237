import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { createHydrant } from '@hydrant/server'
import { describe, expect, it } from 'vitest'
import { type EndsWithTransport, forgetClosed, onceClosed } from '../../src/transport/once-closed.ts'

function transport(): { emitter: EventEmitter; told: string[]; named: (name: string) => EndsWithTransport } {
  const told: string[] = []
  return { emitter: new EventEmitter(), told, named: (name) => ({ transportClosed: () => void told.push(name) }) }
}

describe('what ends with a transport', () => {
  it('is told in order, once, by one listener', () => {
    const { emitter, told, named } = transport()
    for (const name of ['a', 'b', 'c']) onceClosed(emitter, named(name))
    expect(emitter.listenerCount('close')).toBe(1)
    emitter.emit('close')
    emitter.emit('close')
    expect(told).toEqual(['a', 'b', 'c'])
  })

  it.each([
    [['a'], 'a', []],
    [['a', 'b'], 'a', ['b']],
    [['a', 'b', 'c'], 'b', ['a', 'c']],
    [['a'], 'x', ['a']],
  ])('of %j without %s: %j', (names, forgotten, expected) => {
    const { emitter, told, named } = transport()
    const all = new Map([...names, 'x'].map((name) => [name, named(name)]))
    for (const name of names) onceClosed(emitter, all.get(name)!)
    forgetClosed(emitter, all.get(forgotten)!)
    emitter.emit('close')
    expect(told).toEqual(expected)
  })

  it('may be asked for again after all of it was forgotten', () => {
    const { emitter, told, named } = transport()
    const a = named('a')
    onceClosed(emitter, a)
    forgetClosed(emitter, a)
    onceClosed(emitter, named('b'))
    emitter.emit('close')
    expect(emitter.listenerCount('close')).toBe(1)
    expect(told).toEqual(['b'])
  })
})

describe("the listeners of an application on its own server's sockets", () => {
  it('hear of the end of a WebSocket, as of any other', async () => {
    const server = createServer()
    const heard: Promise<unknown>[] = []
    server.on('connection', (socket) => heard.push(once(socket, 'end'), once(socket, 'close')))
    await using hydrant = createHydrant({
      contract: {
        asyncapi: '3.0.0',
        info: { title: 'Ends', version: '1.0.0' },
        channels: { a: { address: '/a', messages: { m: { payload: {} } } } },
      },
    })
    hydrant.attach(server)
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    const { port } = server.address() as AddressInfo
    const client = connect(port, '127.0.0.1')
    client.write(
      `GET /-/connect HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: hydrant.v1\r\n\r\n',
    )
    await once(client, 'data')
    client.end()
    await Promise.all(heard)
    server.close()
    expect(heard).toHaveLength(2)
  })
})
