import type { Channel, Contract, Message } from '@hydrant/contract'

/** The ids of a page's places, each unique and stable as long as the contract's ids are. */
export interface Anchors {
  /** `/trades`: the fragment `#/trades` leads there. */
  channel: (channel: Channel) => string
  /** `message-trades-trade`. */
  message: (channel: Channel, message: Message) => string
}

/** The places of a contract's page. */
export function anchorsOf(contract: Contract): Anchors {
  const present = cache.get(contract)
  if (present !== undefined) return present
  const taken = new Set<string>()
  const channels = new Map<Channel, string>()
  const messages = new Map<Channel, Map<Message, string>>()
  for (const channel of contract.channels) {
    const name = slug(channel.id)
    channels.set(channel, unique(`/${name}`, taken))
    const own = new Map<Message, string>()
    for (const message of channel.messages) {
      own.set(message, unique(`message-${name.replaceAll('/', '-')}-${slug(message.id).replaceAll('/', '-')}`, taken))
    }
    messages.set(channel, own)
  }
  const anchors: Anchors = {
    channel: (channel) => channels.get(channel) ?? '',
    message: (channel, message) => messages.get(channel)?.get(message) ?? '',
  }
  cache.set(contract, anchors)
  return anchors
}

/**
 * Where a browser that opened a channel's address belongs on the page: `/-/docs?symbol=AAPL#/prices`. The page fills the
 * channel's inputs from the query.
 */
export function channelPlace(
  contract: Contract,
  channel: Channel,
  parameters: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams(parameters).toString()
  return `/-/docs${query === '' ? '' : `?${query}`}#${encodeURI(anchorsOf(contract).channel(channel))}`
}

const cache = new WeakMap<Contract, Anchors>()

/** Only characters that mean themselves in an id, a fragment and a selector's string. */
function slug(id: string): string {
  return id.replaceAll(/[^\w.~/-]+/g, '-').replaceAll(/^[-/]+|[-/]+$/g, '') || 'root'
}

function unique(id: string, taken: Set<string>): string {
  let candidate = id
  for (let number = 2; taken.has(candidate); number++) candidate = `${id}-${number}`
  taken.add(candidate)
  return candidate
}
