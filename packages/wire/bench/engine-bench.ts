// The engine alone, without sockets: nanoseconds per echoed message.
//
//   node --conditions=@hydrant/source bench/engine-bench.ts [bytes per message] [messages per read]
import { WireConnection } from '../src/index.ts'

const size = Number(process.argv[2] ?? 64)
const perRead = Number(process.argv[3] ?? 16)
const header = size < 126 ? Buffer.from([0x81, 0x80 | size]) : Buffer.from([0x81, 0xfe, size >> 8, size & 255])
const payload = Buffer.alloc(size, 'x')
for (let i = 0; i < size; i++) payload[i]! ^= 1 + (i & 3)
const frame = Buffer.concat([header, Buffer.from([1, 2, 3, 4]), payload])
const batch = Buffer.concat(Array.from({ length: perRead }, () => frame))
const connection: WireConnection = new WireConnection({
  role: 'server',
  now: 0,
  events: {
    onMessage: (message, binary) => void (binary ? connection.sendBinary(message) : connection.sendText(message)),
    onEnd: (ending) => console.log(ending),
  },
})
const copy = Buffer.alloc(batch.length)
for (let round = 0; round < 5; round++) {
  const start = process.hrtime.bigint()
  const reads = Math.round(2e6 / perRead)
  for (let i = 0; i < reads; i++) {
    copy.set(batch)
    connection.receive(copy, i)
    connection.takeOutput()
  }
  const ns = Number(process.hrtime.bigint() - start)
  console.log(`${(ns / reads / perRead).toFixed(0)} ns per message, ${(ns / reads).toFixed(0)} ns per read`)
}
