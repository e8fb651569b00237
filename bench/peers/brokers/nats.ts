/** PUB of the NATS client protocol, as a client sends it. */
export function natsPublication(subject: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`PUB ${subject} ${payload.length}\r\n`), payload, Buffer.from('\r\n')])
}
