import { isUtf8 } from 'node:buffer'
import type { WireErrorCode } from './errors.ts'

/** Stands for "the Close frame carried no code"; never sent. RFC 6455 §7.4.1. */
export const NO_STATUS = 1005
/** Stands for "there was no Close frame"; never sent. RFC 6455 §7.4.1. */
export const ABNORMAL = 1006
/** RFC 6455 §5.5.1: 125 bytes less the code. */
export const MAX_REASON_BYTES = 123

/**
 * Whether a code may travel in a Close frame: 1000–1003 and 1007–1014 are in the IANA registry, 3000–4999 belong to
 * libraries and applications. 1004–1006 and 1015 are reserved, the rest undefined (RFC 6455 §7.4).
 */
export function isSendableCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false
  if (code >= 3000) return code <= 4999
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
}

/** What is wrong with the payload of a Close frame, if anything. The parser has refused a payload of one byte. */
export function checkClosePayload(payload: Buffer): WireErrorCode | undefined {
  if (payload.length === 0) return undefined
  if (!isSendableCloseCode(payload.readUInt16BE(0))) return 'bad-close-code'
  if (!isUtf8(payload.subarray(2))) return 'bad-close-reason'
  return undefined
}
