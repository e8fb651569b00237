import type { Channel, JsonValue, Message } from '@hydrant/contract'

import { html, type Fragment } from './html.ts'
import { publishableExample } from './message-example.ts'
import { address, snippetBlock, type Snippet } from './snippet-markup.ts'

/** How to read and publish on a channel with `curl`, `websocat` and a browser: tabs that work without a script. */
export function snippetTabs(channel: Channel, id: string): Fragment {
  const group = `code-${id.replaceAll(/[^\w-]/g, '_')}`
  const languages = [
    { name: 'curl', snippets: curl(channel) },
    { name: 'websocat', snippets: websocat(channel) },
    { name: 'JavaScript', snippets: javascript(channel) },
  ]
  const tabs = languages.map(
    ({ name }, index) =>
      html`<label
        ><input type="radio" name="${group}" value="${name}" ${index === 0 && html` checked`} /><span
          >${name}</span
        ></label
      >`,
  )
  const panels = languages.map(
    ({ name, snippets }) =>
      html`<div class="code-panel" data-language="${name}">
        ${snippets.map((snippet) => snippetBlock(snippet, channel.address))}
      </div>`,
  )
  return html`<div class="code">
    <fieldset class="code-tabs">
      <legend class="hidden">Language of the code</legend>
      ${tabs}
    </fieldset>
    ${panels}
  </div>`
}

function curl(channel: Channel): Snippet[] {
  const snippets: Snippet[] = [
    {
      title: channel.kind === 'state' ? 'Latest values' : 'History',
      code: `curl '${address.http}'`,
      language: 'shell',
    },
    {
      title: 'Live, as Server-Sent Events',
      code: `curl -N -H 'Accept: text/event-stream' \\\n  '${address.http}'`,
      language: 'shell',
    },
  ]
  const message = channel.toClients.messages[0] ?? channel.messages[0]
  if (message !== undefined) {
    const body = curlBody(channel, message)
    const code = `curl '${address.http}' \\\n  -H ${quoted(`Content-Type: ${message.contentType}`)} \\\n  ${body}`
    snippets.push({ title: 'Publish, as the application', code, language: 'shell' })
  }
  return snippets
}

function websocat(channel: Channel): Snippet[] {
  const snippets: Snippet[] = [{ title: 'Live', code: `websocat '${address.ws}'`, language: 'shell' }]
  const message = channel.fromClients.messages.find((candidate) => candidate.encoding !== 'binary')
  const example = message && publishableExample(channel, message)
  if (message !== undefined && example !== undefined) {
    const text = message.encoding === 'text' ? textOf(example.payload) : JSON.stringify(example.payload)
    const code =
      text.length > maxInline
        ? `websocat -n '${address.ws}' < message.json`
        : `echo ${quoted(text)} |\n  websocat -n '${address.ws}'`
    snippets.push({ title: 'Send, as a client', code, language: 'shell' })
  }
  return snippets
}

function javascript(channel: Channel): Snippet[] {
  const snippets: Snippet[] = [
    { title: 'WebSocket that resumes', code: resumingSocket(channel), language: 'javascript' },
    { title: 'EventSource', code: eventSource(channel), language: 'javascript' },
  ]
  const message = channel.fromClients.messages.find((candidate) => candidate.encoding !== 'binary')
  const example = message && publishableExample(channel, message)
  if (message !== undefined && example !== undefined) {
    const value = message.encoding === 'text' ? literal(example.payload) : `JSON.stringify(${literal(example.payload)})`
    snippets.push({ title: 'Send, on that WebSocket', code: `socket.send(${value})`, language: 'javascript' })
  }
  return snippets
}

function resumingSocket(channel: Channel): string {
  const sends = channel.fromClients.messages.length > 0
  return `let position, socket

function connect() {
  const url = new URL('${address.ws}')
  url.searchParams.set('envelope', 'true')
  // Everything after the last message seen:
  if (position) url.searchParams.set('since', position)
  socket = new WebSocket(url)
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data)
    if (message.type?.startsWith('urn:hydrant:')) {
      // ${sends ? 'A gap, or what is wrong with a message sent.' : 'A gap: what was lost, exactly.'}
      return console.warn(message.title, message)
    }
    position = message.position
    console.log(message.name, message.data)
  }
  socket.onclose = () => setTimeout(connect, 1000)
}

connect()`
}

function eventSource(channel: Channel): string {
  const messages = channel.toClients.messages.length > 0 ? channel.toClients.messages : channel.messages
  const shown = messages.slice(0, 2)
  const listeners = shown.map((message) => {
    const type = message.encoding === 'binary' ? `${message.name};base64` : message.name
    const value = message.encoding === 'json' ? 'JSON.parse(data)' : message.encoding === 'text' ? 'data' : 'atob(data)'
    return `events.addEventListener(${literal(type)}, ({ data }) =>\n  console.log(${value}))`
  })
  const more = messages.length > shown.length ? `\n// … and ${messages.length - shown.length} more names` : ''
  return `// Resumes by itself after a lost connection.
const events = new EventSource(
  '${address.http}')
${listeners.join('\n')}${more}
events.addEventListener('hydrant.gap', ({ data }) =>
  console.warn('lost', JSON.parse(data)))`
}

/** Longer payloads are read from a file: nobody pastes two screens of JSON into a shell. */
const maxInline = 500

function curlBody(channel: Channel, message: Message): string {
  const example = publishableExample(channel, message)
  if (message.encoding === 'binary' || example === undefined) return '--data-binary @message.bin'
  if (message.encoding === 'text') return `-d ${quoted(textOf(example.payload))}`
  const compact = JSON.stringify(example.payload)
  if (compact.length > maxInline) return '-d @message.json'
  return `-d ${quoted(compact.length > 60 ? JSON.stringify(example.payload, undefined, 2) : compact)}`
}

function textOf(payload: JsonValue): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload)
}

/** One word of a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** A value as a person writes it in JavaScript: JSON, with keys bare and strings in single quotes where that is simple. */
function literal(value: unknown): string {
  const json = JSON.stringify(value, undefined, 2).replaceAll(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, '$1$2:')
  const text = json.replaceAll(/"([^"'\\\n]*)"/g, "'$1'")
  const oneLine = text.replaceAll(/\s*\n\s*/g, ' ')
  return oneLine.length <= 40 ? oneLine : text
}
