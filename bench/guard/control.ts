import type { Subject } from './subjects.ts'

/**
 * A fixed piece of work of the kind that the engine and the hub do: bytes unmasked, copied and compared, JSON read and written,
 * methods of many objects called. It uses nothing of Hydrant. The ratios in results/guard.json are to this code: who
 * changes it measures them anew.
 */
export class ControlWork implements Subject {
  readonly name = 'control'
  readonly #bytes = Buffer.alloc(1152, 'the quick brown fox jumps over the lazy dog. ')
  readonly #copy: Buffer = Buffer.alloc(1152)
  readonly #readers: readonly Reader[] = Array.from({ length: 1000 }, (_, i) => new Reader(i))
  readonly #index = new Map<string, Reader>(this.#readers.map((reader, i) => [`/channel/${i}`, reader]))
  #sequence = 0
  /** Depends on all of the work, so that none of it can be left out. */
  #sum = 0

  run(): void {
    let sum = 0
    for (let i = 0; i < 16; i++) sum += this.#unmask(i * 72)
    sum += this.#deliver()
    for (let i = 0; i < 8; i++) sum += this.#encode()
    this.#sum = (this.#sum + sum) % 1_000_003
    if (Number.isNaN(this.#sum)) throw new Error('the control has not worked')
  }

  #unmask(from: number): number {
    const copy = this.#copy
    copy.set(this.#bytes.subarray(from, from + 72), from)
    for (let i = from; i < from + 64; i++) copy[i]! ^= 0x5a + (i & 3)
    return copy.subarray(from, from + 64).length + copy[from]!
  }

  #deliver(): number {
    const batch = { bytes: this.#bytes, length: 100 + (this.#sequence & 7), last: ++this.#sequence }
    for (const reader of this.#readers) if (reader.cursor < batch.last) reader.take(batch)
    return this.#index.get(`/channel/${this.#sequence % 1000}`)!.taken
  }

  #encode(): number {
    const sequence = ++this.#sequence
    const trade = { type: 'trade', symbol: 'BTC-USD-FUT', price: 64_000.5 + sequence, size: 0.25, sequence }
    const text = JSON.stringify(trade)
    const bytes = Buffer.from(text)
    return bytes.length + (JSON.parse(bytes.toString()) as typeof trade).sequence
  }
}

interface Batch {
  readonly bytes: Buffer
  readonly length: number
  readonly last: number
}

class Reader {
  readonly #weight: number
  cursor = 0
  taken = 0

  constructor(weight: number) {
    this.#weight = weight
  }

  take(batch: Batch): void {
    this.cursor = batch.last
    this.taken += batch.length + (batch.bytes[this.#weight]! & 1)
  }
}
