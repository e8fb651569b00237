import { Agent, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })

/** One HTTP request. A connection that is cut is status 0. */
export function ask(
  port: number,
  method: string,
  path: string,
  body?: Buffer | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    const sent = request({ agent, port, host: '127.0.0.1', method, path, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      const done = (): void =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString(), headers: response.headers })
      response.on('end', done)
      response.on('error', done)
    })
    sent.on('error', (error) => resolve({ status: 0, body: String(error), headers: {} }))
    sent.end(body)
  })
}

/** Posts the same bytes again and again, as fast as they are taken, for so long. Resolves with the number taken. */
export async function feed(port: number, path: string, bytes: Buffer, forMs: number): Promise<number> {
  const endsAt = performance.now() + forMs
  let taken = 0
  const post = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const { status } = await ask(port, 'POST', path, bytes, { 'Content-Type': 'application/octet-stream' })
      if (status === 201) taken++
      else if (status === 0) return
    }
  }
  await Promise.all([post(), post(), post()])
  return taken
}
