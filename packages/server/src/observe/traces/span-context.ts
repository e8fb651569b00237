import { createTraceState, type SpanContext, TraceFlags } from '@opentelemetry/api'
import type { MessageTrace } from '../../message/message-trace.ts'

/** The same as the OpenTelemetry API has it. */
export function spanContextOf({ traceparent, tracestate }: MessageTrace): SpanContext {
  return {
    traceId: traceparent.slice(3, 35),
    spanId: traceparent.slice(36, 52),
    traceFlags: isSampled(traceparent) ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    ...(tracestate === undefined ? {} : { traceState: createTraceState(tracestate) }),
  }
}

/** What a message tells of the span that it was published in. */
export function messageTraceOf({ traceId, spanId, traceFlags, traceState }: SpanContext): MessageTrace {
  const tracestate = traceState?.serialize()
  return {
    traceparent: `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`,
    tracestate: tracestate === '' ? undefined : tracestate,
  }
}

/** Whether somebody before us records this trace: the last bit of the flags. */
export function isSampled(traceparent: string): boolean {
  return (Number.parseInt(traceparent.slice(-2), 16) & TraceFlags.SAMPLED) !== 0
}
