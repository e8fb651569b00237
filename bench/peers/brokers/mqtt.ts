/** The few packets of MQTT 3.1.1 that the bench needs. */

/** CONNECT with a clean session and no keep-alive. Section 3.1. */
export function mqttConnect(clientId: string): Buffer {
  return packet(0x10, Buffer.concat([text('MQTT'), Buffer.of(4, 2, 0, 0), text(clientId)]))
}

/** SUBSCRIBE to topics at QoS 0. Section 3.8. */
export function mqttSubscribe(topics: readonly string[]): Buffer {
  return packet(0x82, Buffer.concat([Buffer.of(0, 1), ...topics.flatMap((topic) => [text(topic), Buffer.of(0)])]))
}

/** PUBLISH at QoS 0, as a client sends it and as a subscriber gets it. Section 3.3. */
export function mqttPublish(topic: string, payload: Buffer): Buffer {
  return packet(0x30, Buffer.concat([text(topic), payload]))
}

function packet(firstByte: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(firstByte), remainingLength(body.length), body])
}

/** Section 2.2.3: seven bits to a byte, the lowest first. */
function remainingLength(length: number): Buffer {
  const bytes: number[] = []
  do {
    const rest = length >> 7
    bytes.push((length & 0x7f) | (rest > 0 ? 0x80 : 0))
    length = rest
  } while (length > 0)
  return Buffer.from(bytes)
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes])
}
