import type { JsonObject } from '@hydrant/contract'
import { HydrantError } from '../../errors.ts'
import { SESSION_COOKIE, SESSION_MS } from '../access.ts'
import type { AdminCall, AdminHandlers } from '../call.ts'
import type { AdminParts } from '../parts.ts'

/** The descriptions, health, metrics, and the cookie of browsers. */
export function metaHandlers(parts: AdminParts, asyncapi: JsonObject): AdminHandlers {
  const { host, access, description } = parts
  const session = (actor: string | null): object => ({
    required: access.required,
    authenticated: actor !== null,
    actor,
  })
  return {
    async getMetrics({ headers }) {
      const { contentType, body } = await host.service.metrics.text(headers.get('accept') ?? '')
      return { response: new Response(body, { headers: { 'Content-Type': contentType } }) }
    },
    getOpenapi: () => ({ json: description.document }),
    getAdminAsyncapi: () => ({ json: asyncapi }),
    getLive: () => ({ json: { status: 'pass' } }),
    getReady: () => (host.state === 'ready' ? { json: { status: 'pass' } } : { status: 503, json: { status: 'fail' } }),
    getSession: ({ actor }) => ({ json: session(actor === 'nobody' ? null : actor) }),
    openSession({ body }) {
      if (access.required && !access.isToken(body['token'] as string)) {
        throw new HydrantError('unauthenticated', 'this is not the token of this listener')
      }
      if (!access.required) return { json: session('loopback') }
      return { json: session('session'), headers: { 'Set-Cookie': cookie(access.openSession(), SESSION_MS / 1000) } }
    },
    closeSession(call) {
      access.closeSession(cookiesOf(call))
      return { json: session(access.required ? null : 'loopback'), headers: { 'Set-Cookie': cookie('', 0) } }
    },
  }
}

/** No `Secure`: the listener speaks plain HTTP, and such a cookie would not come back. TLS is a proxy's work in front of it. */
function cookie(secret: string, maxAgeSeconds: number): string {
  return `${SESSION_COOKIE}=${secret}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`
}

function cookiesOf({ headers }: AdminCall): { cookie?: string } {
  const given = headers.get('cookie')
  return given === null ? {} : { cookie: given }
}
