export { isSendableCloseCode } from './close-codes.ts'
export { WireConnection } from './connection.ts'
export type { FragmentOptions, WireConnectionOptions, WireEvents, WireState } from './connection-options.ts'
export type { DeflateOptions, DeflateParameters } from './deflate/parameters.ts'
export type { Ending } from './endings.ts'
export {
  MISUSE_ERRORS,
  type MisuseCode,
  WIRE_ERRORS,
  WireError,
  type WireErrorCode,
  WireMisuseError,
} from './errors.ts'
export { encodeBinaryFrame, encodeCloseFrame, encodeCompressedFrame, encodeTextFrame } from './frame-encoder.ts'
export { type Accepted, type AcceptOptions, acceptHandshake } from './handshake/accept.ts'
export {
  ClientHandshake,
  createHandshakeRequest,
  HANDSHAKE_FAILURES,
  type HandshakeDone,
  type HandshakeFailed,
  type HandshakeFailureCode,
  type HandshakeRequestOptions,
} from './handshake/client.ts'
export { REFUSALS, type RefusalCode, type Refused } from './handshake/refusals.ts'
export { type ReceivedHead, type RequestHead, RequestHeadParser } from './handshake/request-head.ts'
export { completeLimits, DEFAULT_LIMITS, type WireLimits } from './limits.ts'
export type { Role } from './role.ts'
export { TIMERS, type TimerName } from './timers.ts'
