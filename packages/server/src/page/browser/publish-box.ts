import type { ChannelAddress } from './channel-address.ts'
import { element } from './element.ts'
import { asNotice, type Notice } from './tail-events.ts'

/** The panel that publishes a message as the application does, over HTTP; undefined where a channel has only binary messages. */
export function createPublishBox(section: HTMLElement, address: ChannelAddress): HTMLElement | undefined {
  const examples = examplesOf(section)
  const [first] = examples.values()
  if (first === undefined) return undefined
  const id = section.id.replaceAll(/[^\w-]/g, '_')
  const choice = element(
    'select',
    { id: `publish-name-${id}` },
    ...[...examples.keys()].map((name) => element('option', { value: name }, name)),
  )
  const text = element('textarea', { id: `publish-text-${id}`, rows: '9', spellcheck: 'false', autocapitalize: 'off' })
  const send = element('button', { type: 'button', class: 'primary' }, 'Publish')
  const result = element('div', { class: 'publish-result', role: 'status' })
  text.value = first.text

  choice.addEventListener('change', () => {
    text.value = examples.get(choice.value)?.text ?? ''
    result.replaceChildren()
  })
  const publish = async (): Promise<void> => {
    const missing = address.firstMissing()
    if (missing !== undefined) {
      missing.reportValidity()
      missing.focus()
      return
    }
    send.disabled = true
    result.replaceChildren(
      await post(address.http(), choice.value, examples.get(choice.value)?.contentType, text.value),
    )
    send.disabled = false
  }
  send.addEventListener('click', () => void publish())
  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !send.disabled) void publish()
  })
  return element(
    'div',
    { class: 'publish' },
    element(
      'div',
      { class: 'console-bar' },
      element('label', { for: choice.id }, 'Message'),
      choice,
      send,
      element('span', { class: 'muted' }, 'As the application behind this API, by POST'),
    ),
    element('label', { class: 'hidden', for: text.id }, 'Payload'),
    text,
    result,
  )
}

async function post(url: string, name: string, contentType: string | undefined, body: string): Promise<HTMLElement> {
  let response: Response
  let answer: unknown
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': contentType ?? 'application/json', 'hydrant-message': name },
      body,
    })
    answer = await response.json().catch(() => undefined)
  } catch {
    return element('p', { class: 'problem' }, element('strong', {}, 'The server cannot be reached'))
  }
  const position = (answer as { position?: unknown } | undefined)?.position
  if (response.ok)
    return element(
      'p',
      { class: 'done' },
      element('strong', {}, 'Published'),
      ' at position ',
      element('code', {}, String(position)),
    )
  return problem(asNotice(answer) ?? { type: '', title: `The server answered ${response.status}` }, response.status)
}

function problem(notice: Notice, status: number): HTMLElement {
  const errors = (notice.errors ?? []).map(({ pointer, expected, got }) =>
    element('li', {}, element('code', {}, pointer || '/'), ` expected ${expected}, got ${got}`),
  )
  return element(
    'div',
    { class: 'problem' },
    element('p', {}, element('strong', {}, notice.title), ` ${status}`),
    errors.length > 0 ? element('ul', {}, ...errors) : element('p', {}, notice.detail ?? ''),
  )
}

/** The first example of each message, as the page shows it; what clients send comes first, for a client is who reads this. */
function examplesOf(section: HTMLElement): Map<string, { text: string; contentType: string }> {
  const examples = new Map<string, { text: string; contentType: string }>()
  for (const block of exampleBlocks(section)) {
    const { example, encoding, contentType } = block.dataset
    if (example === undefined || encoding === 'binary' || examples.has(example)) continue
    examples.set(example, { text: block.textContent ?? '', contentType: contentType ?? 'application/json' })
  }
  return examples
}

function exampleBlocks(section: HTMLElement): HTMLElement[] {
  const find = (direction: string): HTMLElement[] => [
    ...section.querySelectorAll<HTMLElement>(`[data-direction${direction}] [data-example]`),
  ]
  return [...find('=send'), ...find('=both'), ...find('')]
}
