/** Every reason to refuse an upgrade request: the code that programs match, the status, and the sentence for the answer. */
export const REFUSALS = {
  'bad-method': { status: 400, sentence: 'A WebSocket handshake is a GET request.' },
  'bad-http-version': { status: 400, sentence: 'A WebSocket handshake needs HTTP/1.1.' },
  'unsupported-http-version': { status: 505, sentence: 'Only HTTP/1.1 is spoken here.' },
  'bad-request-line': { status: 400, sentence: 'The request line is malformed.' },
  'bad-header': { status: 400, sentence: 'A header line is malformed.' },
  'head-too-large': { status: 431, sentence: 'The request head is larger than 16 KiB.' },
  'too-many-headers': { status: 431, sentence: 'The request has more than 100 headers.' },
  'bad-host': { status: 400, sentence: 'The request needs exactly one Host header.' },
  'request-body': { status: 400, sentence: 'A WebSocket handshake has no body.' },
  'not-an-upgrade': { status: 426, sentence: 'This is a WebSocket address: the request needs "Upgrade: websocket".' },
  'bad-upgrade': { status: 400, sentence: 'The only upgrade spoken here is "websocket".' },
  'bad-connection': { status: 400, sentence: 'The Connection header must contain "Upgrade".' },
  'draft-handshake': { status: 400, sentence: 'This is a draft of the protocol. Only RFC 6455 is spoken here.' },
  'bad-version': { status: 400, sentence: 'Sec-WebSocket-Version must be given once, as a number.' },
  'unsupported-version': { status: 426, sentence: 'The only version spoken here is 13.' },
  'bad-key': { status: 400, sentence: 'Sec-WebSocket-Key must be given once, as 16 bytes in base64.' },
  'bad-protocols': { status: 400, sentence: 'Sec-WebSocket-Protocol must be a list of different tokens.' },
  'bad-extensions': { status: 400, sentence: 'Sec-WebSocket-Extensions is malformed.' },
} as const

/** A stable code of {@link REFUSALS}. */
export type RefusalCode = keyof typeof REFUSALS

/** Why a request was refused, ready to be made into an HTTP response. */
export interface Refused {
  readonly ok: false
  readonly status: 400 | 426 | 431 | 505
  readonly code: RefusalCode
  /** One sentence for the peer, with nothing internal in it. */
  readonly detail: string
  /** Headers that the response must carry, such as Sec-WebSocket-Version on a 426. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

export function refuse(code: RefusalCode, headers: Refused['headers'] = []): Refused {
  const { status, sentence } = REFUSALS[code]
  return { ok: false, status, code, detail: sentence, headers }
}
