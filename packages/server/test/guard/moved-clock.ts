import { VirtualClock } from '@hydrant/testkit'

/** Time that moves when the test says so, for real sockets: turns of the event loop end by themselves. */
export class MovedClock extends VirtualClock {
  override endOfTurn(run: () => void): void {
    setImmediate(run)
  }
}
