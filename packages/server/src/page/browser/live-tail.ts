import type { ChannelAddress } from './channel-address.ts'
import { element } from './element.ts'
import { MessageRate } from './message-rate.ts'
import { TailConnection } from './tail-connection.ts'
import type { TailEvent, TailMessage } from './tail-events.ts'
import { eventRow, messageRow, noticeRow } from './tail-rows.ts'

/** Rows kept; the oldest make room. */
const maxRows = 200

/** The panel that follows a channel: newest first, at most 200 rows, as fast as the browser paints. */
export function createLiveTail(section: HTMLElement, address: ChannelAddress): HTMLElement {
  const { start, pause, clear, transport, application, expand, state, rate, list, empty, panel } = buildPanel(section)
  const names = JSON.parse(section.dataset['names'] ?? '[]') as string[]
  let connection: TailConnection | undefined
  let messages = new MessageRate()
  let count = 0
  let paused = false
  let held = 0
  let waiting: (() => HTMLElement)[] = []
  let frame = 0
  let lastState = ''

  const paint = (): void => {
    frame = 0
    if (paused) return
    const rows = waiting.map((make) => make()).toReversed()
    waiting = []
    list.prepend(...rows)
    while (list.childElementCount > maxRows) list.lastElementChild?.remove()
    empty.hidden = list.childElementCount > 0
  }
  const add = (make: () => HTMLElement): void => {
    waiting.push(make)
    if (waiting.length > maxRows) waiting.shift()
    if (paused) held++
    if (frame === 0 && !paused) frame = requestAnimationFrame(paint)
  }
  const showPause = (): void => {
    pause.textContent = paused ? (held > 0 ? `Resume (${held} new)` : 'Resume') : 'Pause'
    pause.setAttribute('aria-pressed', String(paused))
  }
  const showRate = (): void => {
    const perSecond = messages.perSecond(performance.now())
    const digits = perSecond < 10 ? 1 : 0
    rate.textContent = count === 0 ? '' : `${perSecond.toFixed(digits)}/s · ${count.toLocaleString('en')} in all`
    if (paused) showPause()
  }
  const receive = (message: TailMessage): void => {
    const received = new Date()
    if (message.fromHistory === undefined) messages.add(performance.now())
    count++
    add(() => messageRow(message, received, expand.checked))
  }
  const handle = (event: TailEvent): void => {
    if (event.type === 'message') receive(event.message)
    else if (event.type === 'notice') add(() => noticeRow(event.notice))
    else {
      state.textContent = event.text
      panel.dataset['state'] = event.state
      // Only changes that a reader of the log wants to see among the messages.
      if (event.state === 'waiting' || (event.state === 'live' && lastState === 'waiting')) {
        const text = event.state === 'live' ? 'Connected again, resumed after the last message' : 'Connection lost'
        add(() => eventRow(text))
      }
      if (event.state !== 'connecting') lastState = event.state
      if (event.state === 'stopped') ended()
    }
  }

  let ticker: ReturnType<typeof setInterval> | undefined
  const begin = (): void => {
    const missing = address.firstMissing()
    if (missing !== undefined) {
      missing.reportValidity()
      missing.focus()
      return
    }
    wipe()
    messages = new MessageRate()
    count = 0
    lastState = ''
    start.textContent = 'Stop'
    pause.disabled = false
    ticker ??= setInterval(showRate, 500)
    connection = new TailConnection(
      {
        address,
        transport: transport.value === 'eventsource' ? 'eventsource' : 'websocket',
        asApplication: application?.checked ?? false,
        kind: section.dataset['kind'] ?? 'stream',
        names,
      },
      handle,
    )
  }
  const ended = (): void => {
    connection = undefined
    clearInterval(ticker)
    ticker = undefined
    start.textContent = 'Start'
    paused = false
    held = 0
    pause.disabled = true
    showPause()
    showRate()
    paint()
  }
  const wipe = (): void => {
    waiting = []
    held = 0
    list.replaceChildren()
    empty.hidden = false
    showPause()
  }
  // Another address or another way in: the tail that runs begins again there.
  const restart = (): void => {
    if (connection === undefined) return
    connection.stop()
    begin()
  }

  start.addEventListener('click', () => (connection === undefined ? begin() : connection.stop()))
  pause.addEventListener('click', () => {
    paused = !paused
    held = 0
    showPause()
    paint()
  })
  clear.addEventListener('click', wipe)
  transport.addEventListener('change', restart)
  application?.addEventListener('change', restart)
  let followed = address.webSocket()
  address.onChange(() => {
    if (address.webSocket() === followed) return
    followed = address.webSocket()
    restart()
  })
  return panel
}

interface Panel {
  panel: HTMLElement
  start: HTMLButtonElement
  pause: HTMLButtonElement
  clear: HTMLButtonElement
  transport: HTMLSelectElement
  application: HTMLInputElement | undefined
  expand: HTMLInputElement
  state: HTMLElement
  rate: HTMLElement
  list: HTMLElement
  empty: HTMLElement
}

function buildPanel(section: HTMLElement): Panel {
  const start = element('button', { type: 'button', class: 'primary' }, 'Start')
  const pause = element('button', { type: 'button', disabled: true, 'aria-pressed': 'false' }, 'Pause')
  const clear = element('button', { type: 'button' }, 'Clear')
  const transport = element(
    'select',
    { 'aria-label': 'How to follow the channel' },
    element('option', { value: 'websocket' }, 'WebSocket'),
    element('option', { value: 'eventsource' }, 'EventSource'),
  )
  const expand = element('input', { type: 'checkbox' })
  const partly = section.dataset['partlyRead'] !== undefined
  const application = partly ? element('input', { type: 'checkbox' }) : undefined
  const state = element('span', { role: 'status', class: 'tail-state' }, 'Not connected')
  const rate = element('span', { class: 'tail-rate' })
  const list = element('ol', { class: 'rows', 'aria-label': 'Messages, newest first', tabindex: '0' })
  const empty = element('p', { class: 'rows-empty' }, 'Messages appear here, the newest first.')
  const panel = element(
    'div',
    { class: 'tail', 'data-state': 'idle' },
    element(
      'div',
      { class: 'console-bar' },
      start,
      pause,
      clear,
      transport,
      element('label', { class: 'check' }, expand, 'Unfold'),
      application &&
        element(
          'label',
          { class: 'check', title: 'Everything that the channel carries' },
          application,
          'As the application',
        ),
      element('span', { class: 'tail-status' }, state, rate),
    ),
    element('div', { class: 'rows-box' }, empty, list),
  )
  return { panel, start, pause, clear, transport, application, expand, state, rate, list, empty }
}
