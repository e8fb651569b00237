/**
 * Every way in which a connection can fail, in one table: the code that programs match, the sentence that people read
 * (it is also the reason in the Close frame), and the close code.
 */
export const WIRE_ERRORS = {
  'reserved-bits': { closeCode: 1002, sentence: 'A reserved bit is set that no extension defines.' },
  'unknown-opcode': { closeCode: 1002, sentence: 'The opcode is reserved.' },
  'fragmented-control': { closeCode: 1002, sentence: 'A control frame is fragmented.' },
  'long-control': { closeCode: 1002, sentence: 'A control frame is longer than 125 bytes.' },
  'unmasked-frame': { closeCode: 1002, sentence: 'A client frame is not masked.' },
  'masked-frame': { closeCode: 1002, sentence: 'A server frame is masked.' },
  'bad-length': {
    closeCode: 1002,
    sentence: 'The payload length is not in its shortest form, or has its highest bit set.',
  },
  'unexpected-continuation': { closeCode: 1002, sentence: 'A continuation frame continues nothing.' },
  'unfinished-message': { closeCode: 1002, sentence: 'A new message begins inside an unfinished one.' },
  'bad-close-payload': { closeCode: 1002, sentence: 'A Close frame has a payload of one byte.' },
  'bad-close-code': { closeCode: 1002, sentence: 'The close code may not be sent.' },
  'bad-close-reason': { closeCode: 1007, sentence: 'The close reason is not valid UTF-8.' },
  'bad-utf8': { closeCode: 1007, sentence: 'A text message is not valid UTF-8.' },
  'bad-deflate': { closeCode: 1007, sentence: 'A compressed message does not inflate.' },
  'too-many-fragments': { closeCode: 1008, sentence: 'The message has too many fragments.' },
  'too-many-control-frames': { closeCode: 1008, sentence: 'Too many pings or pongs.' },
  'slow-message': { closeCode: 1008, sentence: 'The message took too long to arrive.' },
  'message-too-big': { closeCode: 1009, sentence: 'The message is too big.' },
  'no-pong': { closeCode: 1006, sentence: 'The peer did not answer a ping in time.' },
  'no-close': { closeCode: 1006, sentence: 'The peer did not answer the Close frame in time.' },
} as const

/** A stable code of {@link WIRE_ERRORS}. */
export type WireErrorCode = keyof typeof WIRE_ERRORS

/** Why the engine ended a connection. Match `code`, never the text. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly code: WireErrorCode
  /** The close code sent to the peer, or 1006 when nothing can be sent any more. */
  readonly closeCode: number

  constructor(code: WireErrorCode, options?: ErrorOptions) {
    super(WIRE_ERRORS[code].sentence, options)
    this.code = code
    this.closeCode = WIRE_ERRORS[code].closeCode
  }
}

/** Every way to use this package wrongly. These throw, at once, before anything is sent. */
export const MISUSE_ERRORS = {
  'bad-text': 'Text must be a well-formed string or valid UTF-8 bytes.',
  'bad-data': 'Data must be a Uint8Array.',
  'bad-control-payload': 'A control payload must be a string or Uint8Array of at most 125 bytes.',
  'bad-close-code': 'A close code must be 1000 to 1003, 1007 to 1014 or 3000 to 4999.',
  'bad-close-reason': 'A close reason must be a well-formed string of at most 123 bytes and needs a code.',
  'bad-limit': 'A limit must be a number of zero or more.',
  'fragments-open': 'A fragmented message is open: finish it first.',
  'server-only': 'Only a server can send frames that are already encoded.',
  'random-required': 'A client needs a random source for its masks.',
  'receive-inside-event': 'receive() was called from inside one of its own events.',
  'bad-deflate-option': 'Compression options are out of range.',
  'bad-header': 'An HTTP header name must be a token, and its value must not contain control characters.',
  'bad-protocol': 'A subprotocol must be a token, named once, and one that was offered.',
  'bad-url': 'The address must be a ws:, wss:, http: or https: URL.',
} as const

/** A stable code of {@link MISUSE_ERRORS}. */
export type MisuseCode = keyof typeof MISUSE_ERRORS

/** Thrown when our own caller is wrong; never caused by a peer. */
export class WireMisuseError extends TypeError {
  override readonly name = 'WireMisuseError'
  readonly code: MisuseCode

  constructor(code: MisuseCode, got?: string) {
    super(got === undefined ? MISUSE_ERRORS[code] : `${MISUSE_ERRORS[code]} Got: ${got}.`)
    this.code = code
  }
}

export function misuse(code: MisuseCode, got?: string): WireMisuseError {
  return new WireMisuseError(code, got)
}
