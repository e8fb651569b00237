import type { Channel, Contract, Message, Operation } from '@hydrant/contract'

import type { Anchors } from './anchors.ts'
import { html, type Fragment } from './html.ts'
import { prose } from './markdown.ts'

/** What happens on a channel, told from the reader's side, with what answers what. */
export function operationList(channel: Channel, contract: Contract, anchors: Anchors): Fragment {
  // An operation that says no more than its direction is already told by the lists of messages.
  const worthTelling = channel.operations.filter(
    ({ reply, title, summary, description, security }) =>
      reply !== undefined || security.length > 0 || [title, summary, description].some((text) => text !== undefined),
  )
  if (worthTelling.length === 0) return undefined
  const rows = worthTelling.map((operation) => operationRow(operation, channel, contract, anchors))
  return html`<div class="operations">
    <h3>Operations${rows.length > 1 && html` <span class="count">${rows.length}</span>`}</h3>
    ${
      rows.length > 8
        ? html`<details class="fold">
            <summary>Show ${rows.length} operations</summary>
            <ul>
              ${rows}
            </ul>
          </details>`
        : html`<ul>
            ${rows}
          </ul>`
    }
  </div>`
}

function operationRow(operation: Operation, channel: Channel, contract: Contract, anchors: Anchors): Fragment {
  // The document speaks of the application it describes; the reader is on the other side, unless it describes a client.
  const youSend = (operation.action === 'receive') === (contract.perspective === 'server')
  const verb = youSend ? html`<b class="send">↑ You send</b>` : html`<b class="receive">↓ You receive</b>`
  const answered = operation.reply?.messages ?? []
  const elsewhere =
    operation.reply?.channel !== undefined && operation.reply.channel !== channel ? operation.reply.channel : undefined
  const where = operation.reply?.address
  return html`<li class="operation">
    <p>
      <span class="muted operation-id">${operation.id}</span>
      ${verb}
      ${links(operation.messages, channel, anchors)}${
        operation.reply !== undefined &&
        html`<span class="reply">
          <span aria-hidden="true">→</span> ${youSend ? 'answered with' : 'answer with'}
          ${answered.length > 0 ? links(answered, operation.reply.channel ?? channel, anchors) : 'a reply'}${
            elsewhere !== undefined &&
            html` on <a href="#${encodeURI(anchors.channel(elsewhere))}"><code>${elsewhere.address}</code></a>`
          }${where !== undefined && html` at the address in <code>${where.location}</code>`}</span
        >`
      }
    </p>
    ${(operation.title ?? operation.summary) !== undefined && html`<p>${operation.title}${operation.title !== undefined && operation.summary !== undefined && ': '}${operation.summary}</p>`}
    ${prose(operation.description)}
    ${operation.security.length > 0 && html`<p class="muted">Needs ${operation.security.map((scheme, index) => html`${index > 0 && ' or '}<code>${scheme.name}</code>`)}</p>`}
  </li>`
}

function links(messages: readonly Message[], channel: Channel, anchors: Anchors): Fragment {
  const shown = messages.length > 6 ? messages.slice(0, 5) : messages
  const items = shown.map((message, index) => {
    const anchor = anchors.message(channel, message)
    return html`${index > 0 && ', '}${anchor === '' ? html`<code>${message.name}</code>` : html`<a href="#${anchor}"><code>${message.name}</code></a>`}`
  })
  return html`${items}${shown.length < messages.length && ` and ${messages.length - shown.length} more`}`
}
