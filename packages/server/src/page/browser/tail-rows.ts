import { element } from './element.ts'
import { jsonNodes } from './json-nodes.ts'
import { parseExactly, type Notice, type TailMessage } from './tail-events.ts'

/** One message: time, name and payload on a line, which unfolds to the whole payload. */
export function messageRow(message: TailMessage, received: Date, open: boolean): HTMLElement {
  const at = message.time === undefined ? received : new Date(message.time)
  const preview = message.json.length > 240 ? `${message.json.slice(0, 240)}…` : message.json
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('time', { datetime: at.toISOString(), title: message.time ?? 'when it arrived here' }, clock(at)),
      element('span', { class: 'row-name' }, message.name || 'message'),
      element('code', { class: 'row-preview' }, jsonNodes(preview)),
      element('span', { class: 'row-position' }, message.position),
    ),
  )
  // Two hundred rows are mostly never unfolded: the whole payload is built when it is.
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(payload(message))
  })
  details.open = open
  return element('li', { class: 'row' }, details)
}

/** A gap or a problem, in words, with everything that the server said about it. */
export function noticeRow(notice: Notice): HTMLElement {
  const gap = notice.type === 'urn:hydrant:gap'
  const item = element(
    'li',
    { class: gap ? 'row notice gap' : 'row notice problem' },
    element('strong', {}, notice.title),
    element('span', {}, gap ? gapText(notice) : (notice.detail ?? '')),
  )
  for (const { pointer, expected, got } of notice.errors ?? []) {
    item.append(
      element(
        'span',
        { class: 'notice-error' },
        element('code', {}, pointer || '/'),
        ` expected ${expected}, got ${got}`,
      ),
    )
  }
  return item
}

/** Something that happened to the connection, between the messages. */
export function eventRow(text: string): HTMLElement {
  return element('li', { class: 'row event' }, element('time', {}, clock(new Date())), element('span', {}, text))
}

function payload(message: TailMessage): HTMLElement {
  let text = message.json
  try {
    text = JSON.stringify(parseExactly(message.json), undefined, 2)
  } catch {
    // Not JSON (a text message): as it is.
  }
  return element('pre', { tabindex: '0' }, element('code', {}, jsonNodes(text)))
}

function gapText(gap: Notice): string {
  const missed =
    gap.missed === undefined
      ? 'An unknown number of messages'
      : gap.missed === 1
        ? '1 message'
        : `${gap.missed} messages`
  const range = gap.from === undefined ? '' : `, after ${gap.from}${gap.to === undefined ? '' : ` up to ${gap.to}`}`
  return `${missed} will not come${range}${gap.reason === undefined ? '' : ` (${gap.reason})`}.`
}

function clock(date: Date): string {
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0'))
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
