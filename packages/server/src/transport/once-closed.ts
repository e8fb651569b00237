import type { EventEmitter } from 'node:events'

/** Something that ends, or is undone, when a transport closes. */
export interface EndsWithTransport {
  transportClosed(transport: EventEmitter): void
}

const HELD = Symbol('what ends with the transport')

interface Holder extends EventEmitter {
  /** Undefined: nobody has asked yet. Null: the listener is there, and has nothing to tell. */
  [HELD]?: EndsWithTransport | EndsWithTransport[] | null
}

/**
 * Tells `what` when the transport has closed. All that hangs on a transport shares one listener: a closure, its wrapper and a longer list
 * of listeners for each would be a tenth of the memory of an idle connection.
 */
export function onceClosed(transport: EventEmitter, what: EndsWithTransport): void {
  const holder: Holder = transport
  const held = holder[HELD]
  if (held === undefined) transport.on('close', tellAll)
  if (held === undefined || held === null) holder[HELD] = what
  // Not push: it would make room for many more.
  else if (Array.isArray(held)) holder[HELD] = held.concat(what)
  else holder[HELD] = [held, what]
}

/** Takes {@link onceClosed} back. */
export function forgetClosed(transport: EventEmitter, what: EndsWithTransport): void {
  const holder: Holder = transport
  const held = holder[HELD]
  if (held === what) holder[HELD] = null
  else if (Array.isArray(held)) {
    const left = held.filter((each) => each !== what)
    holder[HELD] = left.length === 1 ? left[0]! : left
  }
}

function tellAll(this: Holder): void {
  const held = this[HELD]
  this[HELD] = null
  if (Array.isArray(held)) for (const each of held) each.transportClosed(this)
  else held?.transportClosed(this)
}
