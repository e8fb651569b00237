import type { Channel, Contract } from '@hydrant/contract'

/** One line for each channel: address, what it is, what clients may do. */
export function channelLines(contract: Contract): string[] {
  const width = Math.max(...contract.channels.map(({ address }) => address.length))
  return contract.channels.map((channel) => `  ${channel.address.padEnd(width)}  ${doings(channel)}`)
}

/** The address of a channel that clients may follow, its parameters filled in from the contract. */
export function exampleAddress(contract: Contract): string {
  const channel = contract.channels.find(({ toClients }) => toClients.messages.length > 0) ?? contract.channels[0]
  if (channel === undefined) return '/'
  return channel.address.replaceAll(/\{([^}]*)\}/g, (_placeholder, name: string) => {
    const parameter = channel.parameters.find((one) => one.name === name)
    const value = parameter?.default ?? parameter?.enum?.[0] ?? parameter?.examples?.[0] ?? name
    return encodeURIComponent(value).replaceAll('%40', '@')
  })
}

function doings({ kind, toClients, fromClients }: Channel): string {
  const may = [
    ...(toClients.messages.length > 0 ? ['subscribe'] : []),
    ...(fromClients.messages.length > 0 ? ['publish'] : []),
  ]
  return `${kind}, clients may ${may.join(' and ') || 'do nothing'}`
}
