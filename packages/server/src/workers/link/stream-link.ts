import type { Duplex } from 'node:stream'
import type { Link, LinkListener } from './link.ts'

/** A link over a socket or pipe. */
export class StreamLink implements Link {
  listener: LinkListener | undefined
  readonly #stream: Duplex

  constructor(stream: Duplex) {
    this.#stream = stream
    stream.on('data', (bytes: Buffer) => this.listener?.onBytes(bytes))
    stream.on('drain', () => this.listener?.onDrain())
    // A reset says no more than the close that follows it: the other process is gone.
    stream.on('error', () => stream.destroy())
    stream.on('end', () => stream.destroy())
    stream.once('close', () => this.listener?.onClose())
  }

  get queuedBytes(): number {
    return this.#stream.writableLength
  }

  send(bytes: Buffer): void {
    if (!this.#stream.destroyed) this.#stream.write(bytes)
  }

  close(): void {
    this.#stream.destroy()
  }
}
