import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { JsonObject } from '@hydrant/contract'
import { type Context, Hono } from 'hono'
import { HydrantError, toHydrantError } from '../../errors.ts'
import type { Access } from '../access.ts'
import type { AdminHost } from '../admin-host.ts'
import type { AuditLog } from '../audit-log.ts'
import type { AdminAnswer, AdminCall, AdminHandler, AdminHandlers } from '../call.ts'
import type { AdminDescription, AdminOperation } from '../openapi-document.ts'
import { readJsonBody } from './body.ts'
import { queryOf } from './query.ts'

export interface AdminAppOptions {
  readonly description: AdminDescription
  readonly host: Pick<AdminHost, 'refresh'>
  readonly handlers: AdminHandlers
  readonly access: Access
  readonly audit: AuditLog
  /** What answers a `GET` that is none of the operations: the console's files. Undefined: nothing is there. */
  readonly files: (path: string, headers: Headers) => Response | undefined
  readonly onFault: (error: unknown) => void
}

type AdminContext = Context<{ Bindings: HttpBindings }>

/** Operations that send a body or a DELETE but change nothing that an auditor looks for. */
const NOT_AUDITED: ReadonlySet<string> = new Set(['validatePayload'])

/** Goes out with everything; the console's files bring a policy of their own. */
const HEADERS: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}

/**
 * The admin API as a Hono app: one route for each operation of the description, in its order. Throws when an operation has no
 * handler or a handler no operation.
 */
export function createAdminApp(options: AdminAppOptions): Hono<{ Bindings: HttpBindings }> {
  const { description, handlers, files } = options
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.use(async (context, next) => {
    checkSite(options.access, context.env.incoming)
    await next()
  })
  for (const operation of description.operations) {
    const handler = handlers[operation.id]
    if (handler === undefined) throw new Error(`the operation ${operation.id} has no handler`)
    app.on(operation.method, operation.route, (context) => carryOut(context, operation, handler, options))
  }
  const known = new Set(description.operations.map(({ id }) => id))
  for (const id of Object.keys(handlers)) if (!known.has(id)) throw new Error(`the handler ${id} has no operation`)

  app.notFound((context) => {
    const { method, path } = context.req
    const file = method === 'GET' || method === 'HEAD' ? files(path, context.req.raw.headers) : undefined
    if (file !== undefined) return withHeaders(file)
    const allowed = methodsOf(description, app, path)
    if (allowed.length === 0) return problem(new HydrantError('not-found', `nothing is at ${path}`), path)
    const headers = { Allow: allowed.join(', ') }
    return problem(
      new HydrantError('method-not-allowed', `${method} is not one of ${headers.Allow}`, { headers }),
      path,
    )
  })
  app.onError((error, context) => {
    const answered = toHydrantError(error)
    if (answered.code === 'internal') options.onFault(error)
    return problem(answered, context.req.path)
  })
  return app
}

function checkSite(access: Access, { method = 'GET', url = '/', headers }: IncomingMessage): void {
  access.checkSite({ method, path: url.split('?')[0]!, headers })
}

async function carryOut(
  context: AdminContext,
  operation: AdminOperation,
  handler: AdminHandler,
  options: AdminAppOptions,
): Promise<Response> {
  const { incoming } = context.env
  const actor = options.access.actorOf(incoming.headers)
  const changes = operation.method !== 'GET' && !NOT_AUDITED.has(operation.id)
  let call: AdminCall | undefined
  try {
    if (actor === undefined && !operation.isOpen) throw unauthenticated()
    call = await toCall(context, operation, actor ?? 'nobody')
    await options.host.refresh?.()
    const answer = await handler(call)
    const response = toResponse(answer)
    if (changes) writeAudit(options, incoming, operation, context, call, response.status, answer.audit?.details)
    return response
  } catch (error) {
    const { status, code } = toHydrantError(error)
    if (changes) writeAudit(options, incoming, operation, context, call, status, { refused: code })
    throw error
  }
}

function unauthenticated(): HydrantError {
  return new HydrantError('unauthenticated', 'the admin listener asks for its token here', {
    headers: { 'WWW-Authenticate': 'Bearer realm="hydrant admin"' },
  })
}

async function toCall(context: AdminContext, operation: AdminOperation, actor: string): Promise<AdminCall> {
  const { req } = context
  const query = queryOf(new URL(req.url).searchParams, operation)
  const { value, text } = operation.checkBody === undefined ? NO_BODY : await readJsonBody(req.raw, operation.checkBody)
  return {
    path: req.param() as Record<string, string>,
    query,
    body: value,
    bodyText: text,
    actor,
    remoteAddress: remoteOf(context.env.incoming),
    headers: req.raw.headers,
    signal: req.raw.signal,
  }
}

const NO_BODY = { value: {}, text: '' }

function remoteOf({ socket }: IncomingMessage): string {
  return `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? 0}`
}

function toResponse(answer: AdminAnswer): Response {
  if ('response' in answer) return withHeaders(answer.response)
  const { json, status = 200, headers = {} } = answer
  return new Response(`${JSON.stringify(json)}\n`, {
    status,
    headers: { ...HEADERS, 'Content-Type': 'application/json; charset=utf-8', ...headers },
  })
}

function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!response.headers.has(name)) response.headers.set(name, value)
  }
  return response
}

function problem(error: HydrantError, path: string): Response {
  const { headers, extensions } = error.details
  return new Response(`${JSON.stringify({ ...error.toProblem(path), ...extensions })}\n`, {
    status: error.status,
    headers: { ...HEADERS, 'Content-Type': 'application/problem+json; charset=utf-8', ...headers },
  })
}

function writeAudit(
  { audit, access }: AdminAppOptions,
  incoming: IncomingMessage,
  operation: AdminOperation,
  { req }: AdminContext,
  call: AdminCall | undefined,
  status: number,
  details: JsonObject = {},
): void {
  const parameters = Object.values(req.param())
  const reason = call?.query['reason'] ?? call?.body['reason']
  const target = parameters.length > 0 ? parameters.join('/') : call?.body['address']
  audit.write({
    time: new Date().toISOString(),
    actor: access.actorOf(incoming.headers) ?? 'nobody',
    remoteAddress: remoteOf(incoming),
    action: operation.id,
    target: typeof target === 'string' ? target : null,
    reason: typeof reason === 'string' ? reason : null,
    status,
    details,
  })
}

/** The methods that some operation has at this path. */
function methodsOf({ operations }: AdminDescription, app: Hono<{ Bindings: HttpBindings }>, path: string): string[] {
  const methods = [...new Set(operations.map(({ method }) => method))]
  return methods.filter((method) => app.router.match(method, path)[0].some(([[, route]]) => route.path !== '/*'))
}
