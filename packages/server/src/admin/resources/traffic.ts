import type { LogPage } from '../../broker/broker.ts'
import { formatPosition } from '../../broker/position.ts'
import { resolve, sinceOf } from '../../doors/request.ts'
import { HydrantError } from '../../errors.ts'
import { OPERATOR } from '../../guard/principal.ts'
import type { Incoming } from '../../publish/accept-message.ts'
import { parseExactJson } from '../../message/json-text.ts'
import { logPolicy } from '../../publish/publisher.ts'
import { type AdminCall, type AdminHandlers, jsonResponse, textOf } from '../call.ts'
import { eventStream } from '../http/event-stream.ts'
import { MAX_PAGE, MAX_PAGE_BYTES } from '../pages.ts'
import type { AdminParts } from '../parts.ts'
import { shownJson, type TailFilter } from '../watch/tails.ts'
import { channelOf } from './channels.ts'

/** Tails in the whole server at a time. */
const MAX_TAILS = 32

/** `GET /history`, `GET /tail`, `POST /publish`. */
export function trafficHandlers(parts: AdminParts): AdminHandlers {
  const { host, watch } = parts
  return {
    async getHistory(call) {
      const { service } = host
      const at = resolve(service, String(call.query['address']))
      const since = sinceOf(textOf(call, 'since'))
      const limit = Math.min(Number(call.query['limit'] ?? 100), MAX_PAGE)
      const page = await service.broker.read(at.address, logPolicy(at.channel), {
        ...(since === undefined ? {} : { since }),
        limit,
        maxBytes: MAX_PAGE_BYTES,
      })
      return { response: jsonResponse(historyJson(at.address, at.channel.id, page)) }
    },
    tail(call) {
      const filter = filterOf(parts, call)
      if (watch.tails.size >= MAX_TAILS)
        throw new HydrantError('unavailable', `expected at most ${MAX_TAILS} tails at a time`)
      return {
        response: eventStream(call.signal, (stream) =>
          watch.tails.add({
            filter,
            wantsRefused: call.query['quarantined'] === true,
            take: (at, message) =>
              stream.send('message', shownJson(message, { address: at.address, channel: at.channel.id })),
            takeRefused: (json) => stream.send('invalid', json),
          }),
        ),
      }
    },
    async publish({ body, bodyText }) {
      const { service } = host
      const at = resolve(service, body['address'] as string)
      // Parsed again from the text, so that numbers keep their digits.
      const { data } = parseExactJson(bodyText) as { data: unknown }
      const message = {
        ...incomingOf((body['encoding'] ?? 'json') as string, data),
        name: body['message'] as string | undefined,
      }
      const published = await service.publisher.publish({
        at,
        role: 'application',
        sender: { door: 'admin' },
        messages: [message],
        idempotencyKey: body['idempotencyKey'] as string | undefined,
        caller: OPERATOR,
      })
      const position = formatPosition(published.epoch, published.offsets[0]!)
      const answer = { address: at.address, position }
      return { status: 201, json: answer, audit: { details: { ...answer, bytes: bodyText.length } } }
    },
  }
}

function filterOf(parts: AdminParts, call: AdminCall): TailFilter {
  const [path, channel] = [textOf(call, 'address'), textOf(call, 'channel')]
  if ((path === undefined) === (channel === undefined)) {
    throw new HydrantError('bad-request', 'expected either address or channel')
  }
  if (channel !== undefined) channelOf(parts, channel)
  return {
    address: path === undefined ? undefined : resolve(parts.host.service, path).address,
    channel,
    message: textOf(call, 'message'),
    search: textOf(call, 'search'),
  }
}

/** A payload as JSON carries it, as a publisher hands it in. Throws `bad-request`. */
export function incomingOf(encoding: string, data: unknown): Incoming {
  if (encoding === 'json') return { encoding, text: JSON.stringify(data) }
  if (typeof data !== 'string') throw new HydrantError('bad-request', `data: expected a string for ${encoding}`)
  return encoding === 'text' ? { encoding, text: data } : { encoding: 'binary', bytes: Buffer.from(data, 'base64') }
}

function historyJson(address: string, channel: string, page: LogPage): string {
  const next = formatPosition(page.epoch, page.next)
  const head = {
    address,
    channel,
    position: next,
    next: page.more ? next : null,
    ...(page.gap === undefined ? {} : { gap: showGap(page.gap) }),
  }
  const items = page.entries.map((entry) => shownJson({ ...entry, position: formatPosition(page.epoch, entry.offset) }))
  return `${JSON.stringify(head).slice(0, -1)},"items":[${items.join(',')}]}\n`
}

function showGap({ from, to, missed, reason }: NonNullable<LogPage['gap']>): object {
  return {
    from: formatPosition(from.epoch, from.offset),
    to: formatPosition(to.epoch, to.offset),
    ...(missed === undefined ? {} : { missed }),
    reason,
  }
}
