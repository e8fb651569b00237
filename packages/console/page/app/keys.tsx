import { useEffect, useState, type ReactElement } from 'react'
import { Dialog } from '../elements/dialog.tsx'

/** `g` and then the letter goes there. */
export const PLACES = [
  ['o', '', 'Overview'],
  ['c', 'channels', 'Channels'],
  ['m', 'messages', 'Messages'],
  ['n', 'connections', 'Connections'],
  ['q', 'quarantine', 'Quarantine'],
  ['t', 'contract', 'Contract'],
  ['s', 'settings', 'Settings'],
] as const

/** Listens to the page's shortcuts, and shows them after a question mark. */
export function Keys(): ReactElement | null {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    let awaitsPlace = false
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (document.querySelector('dialog[open]') !== null) return
      const place = awaitsPlace ? PLACES.find(([key]) => key === event.key) : undefined
      awaitsPlace = event.key === 'g'
      if (place !== undefined) location.hash = `#/${place[1]}`
      else if (event.key === '?') setShown(true)
      else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('main input[type=search]')
        if (search === null) return
        event.preventDefault()
        search.focus()
        search.select()
      }
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [])
  if (!isShown) return null
  return (
    <Dialog title="Keyboard" onClose={() => setShown(false)}>
      <dl className="facts">
        {PLACES.map(([key, , title]) => (
          <div key={key} className="contents">
            <dt>
              <kbd>g</kbd> <kbd>{key}</kbd>
            </dt>
            <dd>{title}</dd>
          </div>
        ))}
        <dt>
          <kbd>/</kbd>
        </dt>
        <dd>Search in this view</dd>
        <dt>
          <kbd>↑</kbd> <kbd>↓</kbd> <kbd>Home</kbd> <kbd>End</kbd>
        </dt>
        <dd>Along the rows of a table; Enter opens one</dd>
        <dt>
          <kbd>←</kbd> <kbd>→</kbd>
        </dt>
        <dd>Folds and unfolds a channel; the next tab</dd>
        <dt>
          <kbd>Space</kbd>
        </dt>
        <dd>Pauses a tail</dd>
      </dl>
      <div className="buttons">
        <button type="button" className="button" onClick={() => setShown(false)}>
          Close
        </button>
      </div>
    </Dialog>
  )
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input,textarea,select,[contenteditable]') !== null
}
