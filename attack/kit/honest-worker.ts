import { parentPort, workerData } from 'node:worker_threads'
import { clientFrame, handshake, Peer } from './peer.ts'
import { honestyOf } from './honest.ts'

const { port, path, count } = workerData as { port: number; path: string; count: number }

/** 15 a second: below the 20 control frames a second that a server may allow. */
const PING_EVERY_MS = 66

let samples: number[] = []
let lost = 0
/** When the pings that wait for an answer were sent. */
const waiting = new Set<number>()
const open: Peer[] = []

for (let i = 0; i < count; i++) {
  const peer = await Peer.open(port)
  peer.keepBytes = 0
  peer.socket.write(handshake(path.replace('NAME', `honest-${i}`)))
  await peer.until(() => peer.receivedBytes > 20)
  open.push(peer)
}
for (const [i, peer] of open.entries()) setTimeout(() => ping(peer), (i * PING_EVERY_MS) / count)
parentPort!.postMessage('open')
parentPort!.on('message', (question: 'seen' | 'samples') => {
  for (const sentAt of waiting) if (performance.now() - sentAt > PING_EVERY_MS) samples.push(performance.now() - sentAt)
  parentPort!.postMessage(question === 'samples' ? samples : honestyOf(samples, lost))
  samples = []
  if (question === 'seen') lost = 0
})

/** A ping each interval. One that is not answered counts with the time it has waited so far, so a stall cannot hide. */
function ping(peer: Peer): void {
  if (peer.isClosed) {
    lost++
    return
  }
  const before = peer.receivedBytes
  const sentAt = performance.now()
  waiting.add(sentAt)
  void peer.send(clientFrame(9, 'honest'))
  void peer
    .until(() => peer.receivedBytes > before, 30_000)
    .then(() => {
      const tookMs = performance.now() - sentAt
      waiting.delete(sentAt)
      samples.push(tookMs)
      setTimeout(() => ping(peer), Math.max(0, PING_EVERY_MS - tookMs))
    })
}
