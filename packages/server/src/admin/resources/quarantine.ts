import { HydrantError } from '../../errors.ts'
import { resolve } from '../../doors/request.ts'
import type { Edit } from '../../observe/quarantine/edit.ts'
import type { QuarantinedMessage } from '../../observe/quarantine/quarantined-message.ts'
import type { Verdict } from '../../observe/quarantine/quarantine.ts'
import type { QuarantineRow } from '../../observe/quarantine/store.ts'
import { suggestEdit } from '../../observe/quarantine/suggest.ts'
import { acceptMessage } from '../../publish/accept-message.ts'
import { type AdminCall, type AdminHandlers, textOf } from '../call.ts'
import { MAX_PAGE, pageOf } from '../pages.ts'
import type { AdminParts } from '../parts.ts'
import { channelOf } from './channels.ts'
import { timeOf } from './status.ts'
import { incomingOf } from './traffic.ts'

/** `/quarantine…`. */
export function quarantineHandlers(parts: AdminParts): AdminHandlers {
  const { quarantine, limits } = parts.host.service

  const rowOf = ({ path }: AdminCall): QuarantineRow => {
    const row = quarantine.store.row(path['group']!)
    if (row === undefined) throw new HydrantError('not-found', `no group has the id ${JSON.stringify(path['group'])}`)
    return row
  }
  const messageOf = (call: AdminCall): { row: QuarantineRow; message: QuarantinedMessage } => {
    const row = rowOf(call)
    const message = row.kept.get(call.path['id']!)
    if (message === undefined) {
      throw new HydrantError('not-found', `the group keeps no message with the id ${JSON.stringify(call.path['id'])}`)
    }
    return { row, message }
  }

  return {
    listQuarantine(call) {
      const wanted = textOf(call, 'search')?.toLowerCase()
      const channel = textOf(call, 'channel')
      const template = channel === undefined ? undefined : channelOf(parts, channel).address
      const rows = [...quarantine.store.rows].filter(
        (row) =>
          (template === undefined || row.channel === template) &&
          (wanted === undefined ||
            `${row.channel} ${row.message ?? ''} ${causeOf(row)}`.toLowerCase().includes(wanted)),
      )
      return {
        json: pageOf(call, {
          items: rows,
          keyOf: (row) => ({ value: row.firstMs, id: numberOf(row.id) }),
          descending: true,
          show: (row) => showGroup(parts, row),
        }),
      }
    },
    getQuarantineGroup: (call) => ({ json: showGroup(parts, rowOf(call)) }),
    dropQuarantineGroup(call) {
      const dropped = quarantine.drop(rowOf(call).id)
      return { json: { dropped }, audit: { details: { dropped } } }
    },
    listQuarantinedMessages(call) {
      const row = rowOf(call)
      return {
        json: pageOf(call, {
          items: [...row.kept.values()],
          keyOf: ({ id }) => ({ value: numberOf(id), id: numberOf(id) }),
          show: (message) => showMessage(parts, row, message),
        }),
      }
    },
    getQuarantinedMessage(call) {
      const { row, message } = messageOf(call)
      return { json: showMessage(parts, row, message) }
    },
    dropQuarantinedMessage(call) {
      quarantine.dropMessage(messageOf(call).message.id)
      return { json: { dropped: 1 } }
    },
    async replayQuarantineGroup(call) {
      const { edit, messages, dryRun } = call.body
      const { firstRefusal, ...counts } = await quarantine.replay(rowOf(call).id, {
        edit: edit as Edit | undefined,
        messages: messages as string[] | undefined,
        dryRun: dryRun === true,
      })
      return {
        json: { ...counts, firstRefusal: firstRefusal === undefined ? null : showVerdict(firstRefusal) },
        audit: { details: { ...counts, dryRun: dryRun === true, edited: edit !== undefined } },
      }
    },
    exportQuarantine(call) {
      const channel = textOf(call, 'channel')
      const group = textOf(call, 'group')
      const rows = [...quarantine.store.rows].filter(
        (row) =>
          (group === undefined || row.id === group) &&
          (channel === undefined || row.channel === channelOf(parts, channel).address),
      )
      return {
        response: new Response(ReadableStream.from(exportLines(parts, rows)), {
          headers: {
            'Content-Type': 'application/x-ndjson; charset=utf-8',
            'Content-Disposition': 'attachment; filename="quarantine.ndjson"',
          },
        }),
      }
    },
    validatePayload({ body }) {
      const at = resolve(parts.host.service, body['address'] as string)
      const encoding = (body['encoding'] ?? 'json') as string
      const name = body['message'] as string | undefined
      try {
        const { message } = acceptMessage(
          { ...incomingOf(encoding, body['data']), name },
          { ...at, role: 'application', maxMessageBytes: limits.maxMessageBytes, maxJsonDepth: limits.maxJsonDepth },
        )
        return { json: { valid: true, message: message.name, errors: [] } }
      } catch (error) {
        if (!(error instanceof HydrantError) || error.code === 'bad-request') throw error
        const { message, errors = [] } = error.details
        return { json: { valid: false, message: message ?? null, detail: error.message, errors } }
      }
    },
  }
}

/** What `/quarantine` of the live channels holds: the newest causes. */
export function newestGroups(parts: AdminParts): object {
  const rows = [...parts.host.service.quarantine.store.rows]
  return {
    items: rows
      .slice(-MAX_PAGE)
      .toReversed()
      .map((row) => showGroup(parts, row)),
    total: rows.length,
  }
}

/** `QuarantineGroup` of the description. */
export function showGroup(parts: AdminParts, row: QuarantineRow): object {
  const { id, message, code, errors, count, kept, firstMs, lastMs, doors, senders } = row
  return {
    id,
    channel: channelIdOf(parts, row),
    address: row.channel,
    message: message ?? null,
    code,
    cause: causeOf(row),
    errors,
    count,
    kept: kept.size,
    firstAt: timeOf(firstMs),
    lastAt: timeOf(lastMs),
    doors,
    senders: [...senders],
    suggestion: suggestEdit(errors) ?? null,
  }
}

/** `QuarantinedMessage` of the description. */
export function showMessage(parts: AdminParts, row: QuarantineRow, message: QuarantinedMessage): object {
  const { id, at, timeMs, sender, name, payload, detail, errors, contractVersion } = message
  const text = payload.encoding === 'binary' ? payload.base64 : payload.text
  return {
    id,
    group: row.id,
    channel: channelIdOf(parts, row),
    address: at.address,
    time: timeOf(timeMs),
    sender,
    name: name ?? null,
    encoding: payload.encoding,
    bytes: payload.encoding === 'binary' ? Buffer.byteLength(text, 'base64') : Buffer.byteLength(text),
    data: payload.encoding === 'json' ? parsed(text) : text,
    text,
    detail,
    errors,
    contract: contractVersion,
  }
}

function* exportLines(parts: AdminParts, rows: readonly QuarantineRow[]): Generator<Uint8Array> {
  for (const row of rows) {
    for (const message of row.kept.values()) yield Buffer.from(`${JSON.stringify(showMessage(parts, row, message))}\n`)
  }
}

function showVerdict({ valid, message, detail, errors }: Verdict): object {
  return { valid, message: message ?? null, ...(detail === undefined ? {} : { detail }), errors }
}

function causeOf({ code, errors }: QuarantineRow): string {
  if (errors.length === 0) return code
  return errors
    .map(({ pointer, expected }) => `${pointer === '' ? 'the payload' : pointer}: expected ${expected}`)
    .join('; ')
}

function channelIdOf({ host }: AdminParts, row: QuarantineRow): string {
  return host.contract.channels.find(({ address }) => address === row.channel)?.id ?? row.channel
}

/** Ids are a letter and a number that counts up. */
function numberOf(id: string): number {
  return Number(id.slice(1))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
