/** W3C Trace Context, as messages, requests and envelopes have it. */
export interface Trace {
  readonly traceparent?: unknown
  readonly tracestate?: unknown
}

/** What there is of a trace, for who tells or sends it on. What could not stand in an HTTP header is left out. */
export function traceOf({ traceparent, tracestate }: Trace): { traceparent?: string; tracestate?: string } {
  return {
    ...(isPrintable(traceparent) ? { traceparent } : {}),
    ...(isPrintable(tracestate) ? { tracestate } : {}),
  }
}

function isPrintable(text: unknown): text is string {
  return typeof text === 'string' && /^[ -~]+$/.test(text)
}
