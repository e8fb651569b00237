import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ask } from '../kit/http.ts'
import { clientFrame, handshake, Peer } from '../kit/peer.ts'
import { KINDS } from '../servers/kinds.ts'

const NGINX = '/usr/sbin/nginx'

/** The configuration of docs/topics/security.md, on ports of this test and without its certificate. */
function configuration(folder: string, port: number, upstream: number): string {
  const page = readFileSync(new URL('../../docs/topics/security.md', import.meta.url), 'utf8')
  const block = /```nginx\n([\s\S]*?)```/
    .exec(page)![1]!
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replaceAll(/^ *ssl_.*\n/gm, '')
    .replace('127.0.0.1:8080', `127.0.0.1:${upstream}`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  return `daemon off; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${temporary.join(' ')}\n${block}}`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

async function connected(port: number): Promise<Peer> {
  for (;;) {
    try {
      return await Peer.open(port)
    } catch {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

describe.skipIf(!existsSync(NGINX))('behind nginx, configured as docs/topics/security.md says', () => {
  it('sockets, event streams and publishing go through', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hydrant-nginx-'))
    await using server = await KINDS[0]!.start()
    const port = await freePort()
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, server.port))
    const nginx = spawn(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
    const ended = once(nginx, 'close')
    try {
      using socket = await connected(port)
      void socket.send(handshake('/json/x'))
      expect(await socket.status()).toBe('101')
      using stream = await Peer.open(port)
      void stream.send('GET /json/x HTTP/1.1\r\nHost: api.example.com\r\nAccept: text/event-stream\r\n\r\n')
      expect(await stream.status()).toBe('200')
      const { status } = await ask(port, 'POST', '/json/x', '{"n":1}', { 'Content-Type': 'application/json' })
      expect(status).toBe(201)
      expect(await socket.until(() => socket.frames().length > 0)).toBe(true)
      expect(socket.frames()).toEqual(['text "{\\"n\\":1}"'])
      expect(await stream.until(() => stream.text.includes('data: {"n":1}'))).toBe(true)
      void socket.send(clientFrame(9, 'hi'))
      expect(await socket.until(() => socket.frames().includes('pong 6869'))).toBe(true)
    } finally {
      nginx.kill('SIGQUIT')
      nginx.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
