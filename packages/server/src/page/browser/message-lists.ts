import { element } from './element.ts'

/** Gives a long list of messages a button that opens or closes all of them. */
export function startMessageLists(section: HTMLElement): void {
  for (const list of section.querySelectorAll<HTMLElement>('[data-message-list]')) {
    const details = [...list.querySelectorAll<HTMLDetailsElement>(':scope > details')]
    if (details.length < 3) continue
    const button = element('button', { type: 'button', class: 'quiet' }, 'Expand all')
    button.addEventListener('click', () => {
      const open = details.some((item) => !item.open)
      for (const item of details) item.open = open
      button.textContent = open ? 'Collapse all' : 'Expand all'
    })
    list.querySelector('[data-list-tools]')?.append(button)
  }
}
