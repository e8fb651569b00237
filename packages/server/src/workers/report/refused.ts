import { resolve } from '../../doors/request.ts'
import { type ErrorDetails, HydrantError } from '../../errors.ts'
import type { Sender } from '../../observe/door.ts'
import { keep, type KeptPayload, type Refusal } from '../../observe/quarantine/quarantined-message.ts'
import { toIncoming } from '../../observe/quarantine/quarantined-message.ts'
import type { PublisherRole } from '../../publish/accept-message.ts'
import type { Service } from '../../service.ts'

/** The note `refused`: a message that did not pass the contract at a worker, for the quarantine of all. */
export interface RefusedNote {
  readonly address: string
  readonly role: PublisherRole
  readonly sender: Sender
  readonly payload: KeptPayload | undefined
  readonly name: string | undefined
  readonly code: HydrantError['code']
  readonly detail: string
  readonly message: string | undefined
  readonly errors: ErrorDetails['errors']
}

export function refusedNote({ at, role, sender, message, error }: Refusal): RefusedNote {
  const { door, connection, remote, principal } = sender
  return {
    address: at.address,
    role,
    sender: { door, connection, remote, principal },
    payload: message === undefined ? undefined : keep(message),
    name: message?.name,
    code: error.code,
    detail: error.message,
    message: error.details.message,
    errors: error.details.errors,
  }
}

/** The refusal as it was at the worker. Throws when the channel is no longer served. */
export function toRefusal(service: Service, note: RefusedNote): Refusal {
  const { address, role, sender, payload, name, code, detail, message, errors } = note
  return {
    at: resolve(service, address),
    role,
    sender,
    message: payload === undefined ? undefined : toIncoming(payload, name),
    error: new HydrantError(code, detail, { message, ...(errors === undefined ? {} : { errors }) }),
  }
}
