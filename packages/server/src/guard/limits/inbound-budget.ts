/** What a client may send; the same object for all connections. */
export interface InboundRates {
  /** Milliseconds that one message uses up; 0 without a limit. */
  readonly msPerMessage: number
  /** How far ahead of its rate a client may be, in milliseconds. */
  readonly messageToleranceMs: number
  readonly msPerByte: number
  readonly byteToleranceMs: number
}

export interface InboundRateOptions {
  /** On average; 0 switches the limit off. */
  readonly messagesPerSecond: number
  /** At once. */
  readonly messageBurst: number
  /** On average; 0 switches the limit off. Two seconds' worth may come at once, and always one whole message. */
  readonly bytesPerSecond: number
  readonly maxMessageBytes: number
}

export function inboundRates(options: InboundRateOptions): InboundRates {
  const { messagesPerSecond, messageBurst, bytesPerSecond, maxMessageBytes } = options
  const msPerMessage = messagesPerSecond === 0 ? 0 : 1000 / messagesPerSecond
  const msPerByte = bytesPerSecond === 0 ? 0 : 1000 / bytesPerSecond
  return {
    msPerMessage,
    messageToleranceMs: (messageBurst - 1) * msPerMessage,
    msPerByte,
    byteToleranceMs: Math.max(2 * bytesPerSecond, 2 * maxMessageBytes) * msPerByte,
  }
}

/**
 * What one client has used up of its rates: token buckets kept as the one moment at which each is full again (the generic cell
 * rate algorithm, ITU-T I.371), so it costs three numbers and no timer.
 */
export class InboundBudget {
  #messagesFullMs = 0
  #refusalsFullMs = 0
  #bytesFullMs = 0

  /** Takes `count` messages: 0, or the milliseconds after which they would be let in. Refused messages take nothing. */
  takeMessages(count: number, rates: InboundRates, nowMs: number): number {
    const fromMs = Math.max(nowMs, this.#messagesFullMs)
    const untilMs = fromMs + count * rates.msPerMessage
    // More at once than the burst: let in when nothing else is on its way.
    const tolerated = Math.max(rates.messageToleranceMs, (count - 1) * rates.msPerMessage)
    const tooEarlyMs = untilMs - rates.msPerMessage - nowMs - tolerated
    // Fractions of a millisecond are left over by the arithmetic.
    if (tooEarlyMs > 1e-6) return Math.ceil(tooEarlyMs)
    this.#messagesFullMs = untilMs
    return 0
  }

  /** A message was refused; false when that was one too many: refusals have a rate and a burst like messages. */
  mayBeRefused(rates: InboundRates, nowMs: number): boolean {
    this.#refusalsFullMs = Math.max(nowMs, this.#refusalsFullMs) + rates.msPerMessage
    return this.#refusalsFullMs - nowMs <= rates.messageToleranceMs + rates.msPerMessage
  }

  /** Counts bytes that have come; 0, or the milliseconds for which no more should be read. */
  takeBytes(bytes: number, rates: InboundRates, nowMs: number): number {
    if (rates.msPerByte === 0) return 0
    this.#bytesFullMs = Math.max(nowMs, this.#bytesFullMs) + bytes * rates.msPerByte
    return Math.max(0, Math.ceil(this.#bytesFullMs - nowMs - rates.byteToleranceMs))
  }

  /** Whether it is as if it had never been used. */
  isFull(nowMs: number): boolean {
    return Math.max(this.#messagesFullMs, this.#refusalsFullMs, this.#bytesFullMs) <= nowMs
  }
}
