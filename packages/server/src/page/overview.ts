import type { Contract, Info, Server } from '@hydrant/contract'

import { html, type Fragment } from './html.ts'
import { markdown, prose } from './markdown.ts'

/** What the API is, in its publisher's words, and how every channel of it is reached. */
export function overview(contract: Contract): Fragment {
  const { info } = contract
  return html` <section id="overview" aria-labelledby="overview-title">
      <p class="eyebrow">WebSocket API</p>
      <h1 id="overview-title">${info.title}</h1>
      <p class="versions">
        <span class="tag">Version ${info.version}</span>
        <span class="tag">AsyncAPI ${contract.asyncapi}</span
        >${info.tags.map((tag) => html` <span class="tag" title="${tag.description ?? ''}">${tag.name}</span>`)}
      </p>
      ${prose(info.description)} ${publisher(info)}
    </section>
    <section id="connecting" aria-labelledby="connecting-title">
      <h2 id="connecting-title">Connecting</h2>
      <p class="lead">Every channel is a URL on this server. How you ask decides what you get.</p>
      <dl class="doors">
        <div>
          <dt><code>WebSocket</code></dt>
          <dd>The channel's payloads, live. <code>?envelope=true</code> adds position, time and name.</dd>
        </div>
        <div>
          <dt><code>GET</code> <span class="muted">text/event-stream</span></dt>
          <dd>The same as Server-Sent Events, for browsers and <code>curl -N</code>.</dd>
        </div>
        <div>
          <dt><code>GET</code></dt>
          <dd>History as JSON. <code>?wait=25</code> holds an empty page back until a message comes.</dd>
        </div>
        <div>
          <dt><code>POST</code></dt>
          <dd>Publishes one message, or a JSON array of them, for the application behind this API.</dd>
        </div>
      </dl>
      <div class="notes">
        <div>
          <h3>Resume</h3>
          <p>
            Every message has a position. Come back with <code>?since=POSITION</code> and you get everything after it,
            then go on live.
          </p>
        </div>
        <div>
          <h3>Gaps</h3>
          <p>
            What cannot be replayed is never skipped silently: you get an object whose type is
            <code>urn:hydrant:gap</code> with the exact range, before anything that follows.
          </p>
        </div>
        <div>
          <h3>Errors</h3>
          <p>
            Problem details (RFC 9457) over HTTP, and the same object as a frame over a WebSocket, naming the pointer,
            what was expected and what came.
          </p>
        </div>
      </div>
    </section>
    ${servers(contract.servers)}${security(contract)}`
}

function publisher(info: Info): Fragment {
  const { contact, license, termsOfService, externalDocs } = info
  const items: Fragment[] = []
  if (externalDocs !== undefined) items.push(link(externalDocs.url, externalDocs.description ?? 'Documentation'))
  if (contact?.url !== undefined) items.push(link(contact.url, contact.name ?? 'Contact'))
  else if (contact?.name !== undefined) items.push(contact.name)
  if (contact?.email !== undefined) items.push(link(`mailto:${contact.email}`, contact.email))
  if (license !== undefined) items.push(license.url === undefined ? license.name : link(license.url, license.name))
  if (termsOfService !== undefined) items.push(link(termsOfService, 'Terms of service'))
  return (
    items.length > 0 &&
    html`<ul class="publisher">
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>`
  )
}

/** A link of the document. What is not plainly the web or mail (`javascript:`) stays text. */
function link(href: string, text: string): Fragment {
  return /^(?:https?:\/\/|mailto:)/i.test(href) ? html`<a href="${href}" rel="noopener noreferrer">${text}</a>` : text
}

function servers(list: readonly Server[]): Fragment {
  if (list.length === 0) return undefined
  const rows = list.map(
    (server) =>
      html`<li>
        <p><code>${server.protocol}://${server.host}${server.pathname}</code> <b>${server.title ?? server.id}</b></p>
        ${(server.summary ?? server.description) !== undefined && html`<div class="prop-text">${server.summary !== undefined && html`<p>${server.summary}</p>`}${markdown(server.description)}</div>`}
        ${
          server.variables.length > 0 &&
          html`<ul class="facts">
            ${server.variables.map((variable) => html`<li><code>{${variable.name}}</code> ${variable.enum?.map((value) => html`<code>${value}</code> `)}${variable.default !== undefined && html`<span class="fact">default</span> <code>${variable.default}</code>`} ${variable.description}</li>`)}
          </ul>`
        }
        ${server.security.length > 0 && html`<p class="muted">Needs ${server.security.map((scheme, index) => html`${index > 0 && ' or '}<code>${scheme.name}</code>`)}</p>`}
      </li>`,
  )
  return html`<section id="servers" aria-labelledby="servers-title">
    <h2 id="servers-title">Servers</h2>
    <p class="muted">
      As the contract names them. The addresses in the examples below are those of the server you are looking at.
    </p>
    <ul class="plain-list">
      ${rows}
    </ul>
  </section>`
}

function security({ securitySchemes }: Contract): Fragment {
  if (securitySchemes.length === 0) return undefined
  const rows = securitySchemes.map(({ name, type, description, scopes, definition }) => {
    const details = ['in', 'name', 'scheme', 'bearerFormat', 'openIdConnectUrl']
      .filter((key) => typeof definition[key] === 'string')
      .map((key) => html` <span class="fact">${labels[key] ?? key}</span> <code>${definition[key] as string}</code>`)
    return html`<li>
      <p><code>${name}</code> <b>${types[type] ?? type}</b>${details}</p>
      <div class="prop-text">${markdown(description)}</div>
      ${scopes.length > 0 && html`<p class="muted">Scopes: ${scopes.map((scope) => html`<code>${scope}</code> `)}</p>`}
    </li>`
  })
  return html`<section id="security" aria-labelledby="security-title">
    <h2 id="security-title">Authentication</h2>
    <ul class="plain-list">
      ${rows}
    </ul>
  </section>`
}

const labels: Readonly<Record<string, string>> = {
  in: 'in',
  name: 'name',
  scheme: 'scheme',
  bearerFormat: 'format',
  openIdConnectUrl: 'discovery',
}

const types: Readonly<Record<string, string>> = {
  userPassword: 'User and password',
  apiKey: 'API key',
  httpApiKey: 'API key over HTTP',
  http: 'HTTP authentication',
  X509: 'X.509 certificate',
  oauth2: 'OAuth 2',
  openIdConnect: 'OpenID Connect',
  symmetricEncryption: 'Symmetric encryption',
  asymmetricEncryption: 'Asymmetric encryption',
  plain: 'SASL plain',
  scramSha256: 'SASL SCRAM-SHA-256',
  scramSha512: 'SASL SCRAM-SHA-512',
  gssapi: 'SASL GSSAPI',
}
