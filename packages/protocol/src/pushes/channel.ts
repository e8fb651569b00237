import type { Aliases } from '../operations/subscribe.ts'

/** Rule 4.3: replaces all earlier aliases of the channel. */
export interface ChannelPush extends Aliases {
  readonly push: 'channel'
  readonly channel: string
}
