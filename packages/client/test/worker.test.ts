import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { createHydrant } from '@hydrant/server'
import { expect, it } from 'vitest'
import { bundle } from './support/bundle.ts'

const CONTRACT = {
  asyncapi: '3.1.0',
  info: { title: 'Test API', version: '1.0.0' },
  channels: { chat: { address: '/chat', messages: { say: { payload: { type: 'string' } } } } },
}

it('works in a worker thread as the one file that a bundler makes of it, and lets the thread end', async () => {
  await using hydrant = createHydrant({ contract: CONTRACT })
  const { port } = await hydrant.listen({ port: 0 })
  const { code } = await bundle('iife')
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     ${code}
     const api = hydrantClient.connect('ws://127.0.0.1:${port}')
     const chat = api.channel('/chat')
     chat.subscribe(async (data, { position }) => {
       parentPort.postMessage({ data, position })
       await api[Symbol.asyncDispose]()
     }).ready.then(() => chat.publish('from a thread'))`,
    { eval: true },
  )
  const ended = once(worker, 'exit')
  const [said] = (await once(worker, 'message')) as unknown[]
  expect(said).toEqual({ data: 'from a thread', position: expect.stringMatching(/:1$/) })
  // No timer, socket or listener of the client keeps it.
  expect(await ended).toEqual([0])
})
