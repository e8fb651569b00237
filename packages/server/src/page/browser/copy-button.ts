import { element } from './element.ts'

/** Gives every block marked `data-copy` a button that copies its text. */
export function startCopyButtons(): void {
  for (const block of document.querySelectorAll<HTMLElement>('[data-copy]')) {
    const button = element('button', { type: 'button', class: 'copy' }, 'Copy')
    button.setAttribute('aria-label', `Copy ${block.dataset['copy'] ?? 'this'}`)
    button.addEventListener('click', () => void copy(block, button))
    block.append(button)
  }
}

async function copy(block: HTMLElement, button: HTMLButtonElement): Promise<void> {
  const text = block.querySelector('[data-copy-text], code, pre')?.textContent ?? ''
  try {
    await navigator.clipboard.writeText(text)
    announce(button, 'Copied')
  } catch {
    // Without a secure context there is no clipboard: select the text, so that the user can copy it.
    const target = block.querySelector('[data-copy-text], code, pre')
    if (target !== null) getSelection()?.selectAllChildren(target)
    announce(button, 'Press Ctrl+C')
  }
}

function announce(button: HTMLButtonElement, text: string): void {
  button.textContent = text
  const status = document.querySelector('[data-announcer]')
  if (status !== null) status.textContent = text
  setTimeout(() => (button.textContent = 'Copy'), 1500)
}
