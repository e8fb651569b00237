import type { JsonObject } from '@hydrant/contract'

/** A request that was let in and fits the description. */
export interface AdminCall {
  /** Decoded path parameters. */
  readonly path: Readonly<Record<string, string>>
  /** Query parameters in the types of the description; what was not given is undefined or has its default. */
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>
  /** The body, checked; `{}` where there is none. */
  readonly body: JsonObject
  /** The body's text as it came, for whoever needs numbers with their digits. */
  readonly bodyText: string
  readonly actor: string
  readonly remoteAddress: string
  readonly headers: Headers
  /** Aborted when the peer is gone. */
  readonly signal: AbortSignal
}

/** What a handler gives. `json` becomes the body; `response` is sent as it is. */
export type AdminAnswer = (
  | { readonly json: unknown; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly response: Response }
) & {
  /** More about a change, for the audit log. */
  readonly audit?: { readonly details?: JsonObject }
}

export type AdminHandler = (call: AdminCall) => AdminAnswer | Promise<AdminAnswer>

/** Handlers by `operationId`. */
export type AdminHandlers = Readonly<Record<string, AdminHandler>>

/** A text of the query; undefined when it was not given or is empty. */
export function textOf({ query }: AdminCall, name: string): string | undefined {
  const value = query[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An answer whose JSON text is made already. */
export function jsonResponse(json: string): Response {
  return new Response(json, { headers: { 'Content-Type': 'application/json; charset=utf-8' } })
}
