/** Frame opcodes and the bits of the first two header bytes, RFC 6455 §5.2. */
export const CONTINUATION = 0x0
export const TEXT = 0x1
export const BINARY = 0x2
export const CLOSE = 0x8
export const PING = 0x9
export const PONG = 0xa

export const FIN_BIT = 0x80
export const RSV1_BIT = 0x40
export const RSV2_AND_RSV3_BITS = 0x30
export const OPCODE_BITS = 0x0f
/** Set in every control opcode. */
export const CONTROL_BIT = 0x08

export const MASK_BIT = 0x80
export const LENGTH_BITS = 0x7f
export const LENGTH_IS_16_BIT = 126
export const LENGTH_IS_64_BIT = 127

/** RFC 6455 §5.5: control frames carry 125 bytes at most. */
export const MAX_CONTROL_PAYLOAD_BYTES = 125
