/**
 * Where a message came from, as W3C Trace Context writes it. It is kept in the log and told to readers as it is, whether this process
 * makes spans or not.
 */
export interface MessageTrace {
  /** Version 00, lower case: `00-TRACE-PARENT-FLAGS`. */
  readonly traceparent: string
  /** What vendors added: at most 512 printable characters. */
  readonly tracestate?: string | undefined
}

/**
 * Reads a trace context from outside. What is no `traceparent` is none, and a `tracestate` that is none is left out: neither is an
 * error (W3C Trace Context §3.2.2, §3.3.1).
 */
export function messageTrace(traceparent: unknown, tracestate?: unknown): MessageTrace | undefined {
  if (typeof traceparent !== 'string') return undefined
  const parent = parseTraceparent(traceparent)
  if (parent === undefined) return undefined
  return { traceparent: parent, tracestate: isTracestate(tracestate) ? tracestate : undefined }
}

/** The JSON members of an object that go before the payload: `"traceparent":"…",`; empty without a trace. */
export function traceMembers(trace: MessageTrace | undefined): string {
  if (trace === undefined) return ''
  const { traceparent, tracestate } = trace
  const state = tracestate === undefined ? '' : `"tracestate":${JSON.stringify(tracestate)},`
  return `"traceparent":"${traceparent}",${state}`
}

/** W3C Trace Context Level 2 §3.2. A later version is taken for the part that this one knows (§3.2.4). */
function parseTraceparent(text: string): string | undefined {
  // A long text is not even looked at: no version comes near it.
  if (text.length < LENGTH || text.length > MAX_LENGTH) return undefined
  const found = TRACEPARENT.exec(text)
  if (found === null) return undefined
  const [, version, traceId, parentId, flags, rest] = found
  if (version === 'ff' || traceId === NO_TRACE || parentId === NO_PARENT) return undefined
  if (version === '00') return rest === '' ? text : undefined
  // Of the flags of a later version only `sampled` is known to mean the same.
  return `00-${traceId}-${parentId}-0${Number.parseInt(flags!, 16) & SAMPLED}`
}

const LENGTH = 55
const MAX_LENGTH = 512
const SAMPLED = 1
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(|-.*)$/
const NO_TRACE = '0'.repeat(32)
const NO_PARENT = '0'.repeat(16)

/** W3C Trace Context §3.3: at most 32 members; a receiver carries at least 512 characters. */
function isTracestate(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > MAX_LENGTH) return false
  const members = text.split(',')
  return members.length <= MAX_MEMBERS && members.some((each) => each.trim() !== '') && members.every(isMember)
}

/** Empty members are allowed. */
function isMember(member: string): boolean {
  return member.trim() === '' || MEMBER.test(member)
}

const MAX_MEMBERS = 32
const MEMBER =
  /^[ \t]*[\da-z][\da-z_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e][ \t]*$/
