import type { Channel, Message } from '@hydrant/contract'

import type { Anchors } from './anchors.ts'
import { html, type Fragment } from './html.ts'
import { jsonMarkup } from './json-markup.ts'
import { prose } from './markdown.ts'
import { examplesOf, type ShownExample } from './message-example.ts'
import { schemaTree } from './schema-tree.ts'

/** A channel's messages, grouped by what a client does with them. Each message is shown once. */
export function messageGroups(channel: Channel, anchors: Anchors): Fragment {
  const received = new Set(channel.toClients.messages)
  const sent = new Set(channel.fromClients.messages)
  const groups = [
    {
      title: 'You receive',
      direction: 'receive',
      text: 'The application publishes; everyone who follows the channel gets it.',
      messages: channel.messages.filter((message) => received.has(message) && !sent.has(message)),
    },
    {
      title: 'You receive and send',
      direction: 'both',
      text: 'Clients and the application publish; everyone who follows the channel gets it.',
      messages: channel.messages.filter((message) => received.has(message) && sent.has(message)),
    },
    {
      title: 'You send',
      direction: 'send',
      text: 'Clients publish, on a WebSocket of this channel; it goes to the application.',
      messages: channel.messages.filter((message) => !received.has(message) && sent.has(message)),
    },
    {
      title: 'Neither received nor sent by clients',
      direction: 'none',
      text: 'No operation of the contract lets a client read or publish it; the application may.',
      messages: channel.messages.filter((message) => !received.has(message) && !sent.has(message)),
    },
  ]
  return groups.map(({ title, direction, text, messages }) =>
    messages.length === 0
      ? undefined
      : html`<div class="messages" data-direction="${direction}" data-message-list>
          <div class="messages-head">
            <h3>${title}${messages.length > 1 && html` <span class="count">${messages.length}</span>`}</h3>
            <span data-list-tools></span>
          </div>
          <p class="muted">${text}</p>
          ${messages.map((message) => messageDetails(message, channel, anchors, messages.length <= 2))}
        </div>`,
  )
}

function messageDetails(message: Message, channel: Channel, anchors: Anchors, open: boolean): Fragment {
  const id = anchors.message(channel, message)
  const heading = [message.title, message.summary].find((text) => text !== undefined && text !== message.name)
  return html`<details class="message" id="${id}" ${open && html` open`}>
    <summary>
      <code class="message-name">${message.name}</code
      >${heading !== undefined && html` <span class="message-title">${heading}</span>`}${message.deprecated && html` <span class="tag warn">deprecated</span>`}${message.encoding !== 'json' && html` <span class="tag">${message.encoding}</span>`}
    </summary>
    <div class="message-body">
      <div class="message-schema">
        ${message.summary !== undefined && message.summary !== heading && message.summary !== message.name && html`<p>${message.summary}</p>`}
        ${prose(message.description)}
        <p class="message-meta">
          <span class="fact">Content type</span> <code>${message.contentType}</code>
          <a class="anchor" href="#${id}" aria-label="Link to the message ${message.name}">#</a>
        </p>
        ${
          message.headersSchema !== undefined &&
          html`<h4>Headers</h4>
            ${schemaTree(message.headersSchema)}`
        }
        ${message.headersSchema !== undefined && message.payloadSchema !== undefined && html`<h4>Payload</h4>`}
        ${message.payloadSchema === undefined ? html`<p class="muted">${unknownPayload(message)}</p>` : schemaTree(message.payloadSchema)}
        ${message.correlationId !== undefined && html`<p class="message-meta"><span class="fact">Correlation id</span> <code>${message.correlationId.location}</code></p>`}
      </div>
      <div class="message-examples">
        ${examplesOf(channel, message).map((example) => exampleBlock(example, message))}
      </div>
    </div>
  </details>`
}

function exampleBlock(example: ShownExample, message: Message): Fragment {
  const title = example.fromDocument ? (example.name ?? 'Example') : 'Generated example'
  const note = example.fromDocument
    ? example.valid
      ? example.summary
      : 'From the contract, which does not accept it: this example does not fit its own schema.'
    : example.valid
      ? 'The contract has no example; this one was made from the schema, and fits it.'
      : 'The contract has no example; this one was made from the schema, and does not fit all of it.'
  const code =
    message.encoding === 'text' && typeof example.payload === 'string' ? example.payload : jsonMarkup(example.payload)
  return html`<figure class="snippet" data-copy="the example of ${message.name}">
    <figcaption>${title}${!example.valid && html` <span class="tag warn">not valid</span>`}</figcaption>
    ${note !== undefined && html`<p class="snippet-note">${note}</p>`}
    <pre
      tabindex="0"
      data-example="${message.name}"
      data-encoding="${message.encoding}"
      data-content-type="${message.contentType}"
    ><code>${code}</code></pre>
  </figure>`
}

function unknownPayload(message: Message): string {
  return message.encoding === 'json'
    ? 'Any JSON: the contract has no schema for it.'
    : `The bytes are ${message.encoding}; the contract has no schema for them.`
}
