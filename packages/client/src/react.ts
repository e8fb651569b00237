/** React hooks for a client. React 18 and later, as an optional peer dependency. */
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { Address, Gap, Message, Params } from './api-types.ts'
import type { Channel } from './channel.ts'
import type { Client } from './client.ts'
import type { ConnectionState } from './connection-state.ts'
import type { HydrantError } from './errors.ts'
import type { SubscribeOptions } from './subscriber.ts'

/** What `useChannel` needs besides the address. */
export interface UseChannelOptions<Types> extends Omit<SubscribeOptions, 'signal'> {
  /** Values of the address's parameters. */
  readonly params?: Params<Types> | undefined
  /** How many of the newest messages are kept. Default 1. */
  readonly keep?: number | undefined
  /** False: not now. Default true. */
  readonly enabled?: boolean | undefined
}

/** What a component sees of a channel. */
export interface ChannelView<Types> {
  /** To publish, ask, and for presence. */
  readonly channel: Channel<Types>
  /** The newest message. */
  readonly latest: Message<Types> | undefined
  /** The newest `keep` messages, oldest first. */
  readonly messages: readonly Message<Types>[]
  /** The last range that was missed. */
  readonly gap: Gap | undefined
  /** Why nothing comes, or what went wrong last. */
  readonly error: HydrantError | undefined
}

type Seen<Types> = Omit<ChannelView<Types>, 'channel' | 'latest'>

const NOTHING: Seen<never> = { messages: [], gap: undefined, error: undefined }

/**
 * Follows a channel while the component is mounted. Messages that come in one turn render once; what is seen begins anew when the address, a parameter or an
 * option changes.
 */
export function useChannel<Api, A extends Address<Api>>(
  api: Client<Api>,
  address: A,
  options: UseChannelOptions<Api[A]> = {},
): ChannelView<Api[A]> {
  type Types = Api[A]
  const { params, keep = 1, enabled = true, since, last, rate, conflate } = options
  const key = JSON.stringify([address, params])
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for the address and its parameters, which are new objects on each render.
  const channel = useMemo(
    () => (api.channel as (...args: unknown[]) => Channel<Types>).call(api, address, params),
    [api, key],
  )
  const [seen, setSeen] = useState<Seen<Types>>(NOTHING)
  const kept = useRef(keep)
  kept.current = keep

  useEffect(() => {
    setSeen(NOTHING)
    if (!enabled) return undefined
    const offs = [
      channel.on('gap', (gap) => setSeen((before) => ({ ...before, gap }))),
      channel.on('error', (error) => setSeen((before) => ({ ...before, error }))),
    ]
    const listener = (_: unknown, message: Message<Types>): void => {
      setSeen((before) => ({ ...before, messages: [...before.messages, message].slice(-kept.current) }))
    }
    const subscription = channel.subscribe(listener as never, { since, last, rate, conflate })
    return () => {
      subscription.unsubscribe()
      for (const off of offs) off()
    }
  }, [channel, enabled, since, last, rate, conflate])

  return { channel, latest: seen.messages.at(-1), ...seen }
}

/** The connection's state, for a component that shows it. */
export function useConnection<Api>(api: Client<Api>): ConnectionState {
  const read = (): ConnectionState => api.state
  return useSyncExternalStore((changed) => api.on('state', changed), read, read)
}
