import type { Channel, Contract } from '@hydrant/contract'

import type { Anchors } from './anchors.ts'
import { html, type Fragment } from './html.ts'

/** The list of everything on the page. On a narrow screen it is a drawer, which opens and closes without a script. */
export function navigation(contract: Contract, anchors: Anchors): Fragment {
  return html`<nav id="navigation" popover aria-label="Contents">
    <div class="filter" hidden>
      <label class="hidden" for="filter">Filter channels and messages</label
      ><input id="filter" type="search" placeholder="Filter" data-filter autocomplete="off" spellcheck="false" /><kbd
        aria-hidden="true"
        >/</kbd
      >
    </div>
    <p class="hidden" role="status" data-filter-status></p>
    <ul class="nav-pages">
      <li><a href="#overview" data-spy>Overview</a></li>
      <li><a href="#connecting" data-spy>Connecting</a></li>
      ${contract.servers.length > 0 && html`<li><a href="#servers" data-spy>Servers</a></li>`}
      ${contract.securitySchemes.length > 0 && html`<li><a href="#security" data-spy>Authentication</a></li>`}
    </ul>
    <p class="nav-heading">Channels</p>
    <ul class="nav-channels">
      ${contract.channels.map((channel) => channelItem(channel, anchors, contract.channels.length))}
    </ul>
    <p class="nav-files"><a href="/-/asyncapi.json">asyncapi.json</a> <a href="/-/asyncapi.yaml">asyncapi.yaml</a></p>
  </nav>`
}

function channelItem(channel: Channel, anchors: Anchors, channels: number): Fragment {
  const { messages } = channel
  // One channel: its messages are the contents. Many: they are folded, and found by the filter.
  const open = channels <= 3 && messages.length <= 30
  const items = messages.map(
    (message) =>
      html`<li data-nav-message="${message.name} ${message.title ?? ''}">
        <a href="#${anchors.message(channel, message)}">${arrow(channel, message)}${message.name}</a>
      </li>`,
  )
  return html`<li data-nav-channel="${channel.address} ${channel.title ?? ''} ${channel.id}">
    <a class="nav-channel" href="#${encodeURI(anchors.channel(channel))}" data-spy
      >${channel.title !== undefined && html`<span>${channel.title}</span>`}<code>${channel.address}</code></a
    >
    ${
      items.length > 0 &&
      html`<details data-open="${String(open)}" ${open && html` open`}>
        <summary>${items.length} ${items.length === 1 ? 'message' : 'messages'}</summary>
        <ul>
          ${items}
        </ul>
      </details>`
    }
  </li>`
}

function arrow(channel: Channel, message: Channel['messages'][number]): Fragment {
  const received = channel.toClients.messages.includes(message)
  const sent = channel.fromClients.messages.includes(message)
  const sign = received && sent ? '↕' : received ? '↓' : sent ? '↑' : '·'
  return html`<span class="${sent && !received ? 'direction sent' : 'direction'}" aria-hidden="true">${sign}</span>`
}
