import { HydrantError } from '../../errors.ts'
import type { Service } from '../../service.ts'
import { answerJson } from '../answer.ts'
import type { ChannelVisit } from '../request.ts'

/** `GET` with `?presence=true`: who is present on the channel. The caller is known to be allowed to read it. */
export async function answerMembers(service: Service, { at, request, response }: ChannelVisit): Promise<void> {
  const { channel, address } = at
  if (channel.toClients.messages.length === 0) {
    throw new HydrantError('wrong-direction', `${channel.address} sends nothing to clients`)
  }
  const members = await service.presence.membersOf(address)
  const json = `${JSON.stringify({ channel: address, members })}\n`
  answerJson(response, 200, json, service.origins.corsHeaders(request))
}
