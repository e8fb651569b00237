import type { Channel, Contract } from '@hydrant/contract'

import type { Anchors } from './anchors.ts'
import { addressInputs } from './address-inputs.ts'
import { digits } from './digits.ts'
import { html, type Fragment } from './html.ts'
import { prose } from './markdown.ts'
import { messageGroups } from './message-details.ts'
import { operationList } from './operations.ts'
import { isObject } from './schema-shape.ts'
import { snippetTabs } from './snippets.ts'

/** Everything about one channel: its address, who may send what, how to call it, its messages and operations. */
export function channelSection(channel: Channel, contract: Contract, anchors: Anchors): Fragment {
  const id = anchors.channel(channel)
  const title = channel.title ?? channel.address
  const names = JSON.stringify([...new Set(channel.messages.map((message) => message.name))])
  // Where clients do not read all that the channel carries, the tail offers to look at it as the application does.
  const partlyRead =
    channel.toClients.messages.length > 0 && channel.toClients.messages.length < channel.messages.length
  return html` <section
    class="channel"
    id="${id}"
    aria-labelledby="${id}-title"
    data-channel="${channel.id}"
    data-address="${channel.address}"
    data-kind="${channel.kind}"
    data-names="${names}"
    ${partlyRead && html` data-partly-read`}
  >
    <header class="channel-head">
      <h2>
        <span id="${id}-title">${channel.title === undefined ? html`<code>${breakable(title)}</code>` : title}</span
        ><a class="anchor" href="#${encodeURI(id)}" aria-label="Link to ${title}">#</a>
      </h2>
      ${
        (channel.title !== undefined || channel.parameters.length > 0) &&
        html`<p class="address" data-copy="the address of ${title}">
          <code data-copy-text data-url="path">${breakable(channel.address)}</code>
        </p>`
      }
    </header>
    <div class="columns">
      <div class="prose-column">
        ${channel.summary !== undefined && html`<p class="lead">${channel.summary}</p>`} ${prose(channel.description)}
        ${channelFacts(channel, contract)} ${addressInputs(channel, id)}
      </div>
      <div class="code-column">${snippetTabs(channel, id)}</div>
    </div>
    <div class="console" data-console>
      <p class="without-script">
        The live tail and the publish box need JavaScript; everything else on this page works without.
      </p>
    </div>
    ${messageGroups(channel, anchors)} ${operationList(channel, contract, anchors)}
  </section>`
}

function channelFacts(channel: Channel, contract: Contract): Fragment {
  const receives = channel.toClients.messages.length
  const sends = channel.fromClients.messages.length
  const kind =
    channel.kind === 'state'
      ? html`<b>State</b>${keyText(channel, contract)}: you get the latest value of each first, then every change.`
      : html`<b>Stream</b>: every message counts, in order.`
  return html`<ul class="channel-facts">
    <li>${kind}</li>
    <li>
      ${
        receives > 0
          ? html`<b class="receive">↓ You receive</b> ${nameList(channel.toClients.messages)}`
          : html`<b>You receive</b> nothing here; what is published is for the application.`
      }
    </li>
    ${sends > 0 && html`<li><b class="send">↑ You send</b> ${nameList(channel.fromClients.messages)}</li>`}
    <li>
      <b>Kept for replay</b>: ${digits(channel.history.messages)} messages, ${duration(channel.history.maxAgeMs)}.
    </li>
    ${channel.errors.length > 0 && errorList(channel.errors)}
  </ul>`
}

/** What the application may answer instead, by its code. */
function errorList(errors: Channel['errors']): Fragment {
  return html`<li>
    <b>May be refused</b> with
    ${errors.map(
      ({ code, title, description }, index) =>
        html`${index > 0 && ', '}<code>${code}</code>${title !== code && ` (${description ?? title})`}`,
    )}.
  </li>`
}

function nameList(messages: Channel['messages']): Fragment {
  const long = messages.some(({ name }) => name.length > 24)
  const shown = messages.length > 6 ? messages.slice(0, long ? 2 : 5) : messages
  const names = shown.map((message, index) => html`${index > 0 && ', '}<code>${message.name}</code>`)
  return html`${names}${shown.length < messages.length && ` and ${messages.length - shown.length} more`}`
}

/** The key is a setting in the document (`x-hydrant.key`); the model only has the function made of it. */
function keyText(channel: Channel, contract: Contract): Fragment {
  const channels = contract.document['channels']
  const written = isObject(channels) && Object.hasOwn(channels, channel.id) ? channels[channel.id] : undefined
  const settings = isObject(written) ? written['x-hydrant'] : undefined
  const key = isObject(settings) ? settings['key'] : undefined
  const keys = Array.isArray(key) ? key : [key]
  const names = keys.filter((name) => typeof name === 'string' && name !== '')
  return (
    names.length > 0 &&
    html` by ${names.map((name, index) => html`${index > 0 && ', '}<code>${name as string}</code>`)}`
  )
}

function duration(ms: number): string {
  const units = [
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1_000],
  ] as const
  for (const [unit, size] of units) {
    if (ms >= size && ms % size === 0) return `${ms / size} ${unit}${ms === size ? '' : 's'}`
  }
  return `${digits(ms / 1_000)} seconds`
}

/** A long address breaks at its slashes. */
function breakable(text: string): Fragment {
  return text.split(/(?<=\/)(?=.)/).map((part, index) => html`${index > 0 && html`<wbr />`}${part}`)
}
