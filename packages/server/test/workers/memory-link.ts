import type { Link, LinkListener } from '../../src/workers/link/link.ts'

/** Both ends of a link in memory. Bytes arrive in a later turn of the event loop, in pieces; `stall` keeps what goes to the second end. */
export function memoryLinks(pieceBytes: number = Infinity): {
  readonly near: MemoryLink
  readonly far: MemoryLink
} {
  const near = new MemoryLink(pieceBytes)
  const far = new MemoryLink(pieceBytes)
  near.other = far
  far.other = near
  return { near, far }
}

export class MemoryLink implements Link {
  listener: LinkListener | undefined
  other!: MemoryLink
  queuedBytes = 0
  /** Writes that were made. */
  writes = 0
  readonly #pieceBytes: number
  #queue: Buffer[] = []
  #isStalled = false
  #isCut = false

  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes
  }

  send(bytes: Buffer): void {
    if (this.#isCut) return
    this.writes++
    this.queuedBytes += bytes.length
    this.#queue.push(bytes)
    setImmediate(() => this.#deliver())
  }

  /** The other side reads nothing from now on. */
  stall(): void {
    this.#isStalled = true
  }

  resume(): void {
    this.#isStalled = false
    this.#deliver()
  }

  close(): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#queue = []
    this.listener?.onClose()
    this.other.close()
  }

  #deliver(): void {
    if (this.#isStalled || this.#isCut || this.#queue.length === 0) return
    for (const bytes of this.#queue.splice(0)) {
      for (let at = 0; at < bytes.length; at += this.#pieceBytes) {
        this.other.listener?.onBytes(Buffer.from(bytes.subarray(at, at + this.#pieceBytes)))
      }
    }
    this.queuedBytes = 0
    this.listener?.onDrain()
  }
}
