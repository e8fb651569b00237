import { useId, type KeyboardEvent, type ReactElement, type ReactNode } from 'react'

interface Tab {
  readonly key: string
  readonly title: ReactNode
  readonly panel: () => ReactNode
}

interface TabsProps {
  readonly label: string
  readonly tabs: readonly Tab[]
  readonly selected: string
  readonly onSelect: (key: string) => void
}

/** Tabs, with the keys that the ARIA practices ask for. Only the selected panel is in the page. */
export function Tabs({ label, tabs, selected, onSelect }: TabsProps): ReactElement {
  const id = useId()
  const shown = tabs.find(({ key }) => key === selected) ?? tabs[0]
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const from = tabs.findIndex(({ key }) => key === shown?.key)
    const to = tabAfter(event.key, from, tabs.length)
    if (to === undefined) return
    event.preventDefault()
    const buttons = event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')
    onSelect((tabs[to] as Tab).key)
    buttons[to]?.focus()
  }
  return (
    <>
      <div role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(({ key, title }) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`${id}-${key}`}
            aria-selected={key === shown?.key}
            aria-controls={`${id}-panel`}
            tabIndex={key === shown?.key ? 0 : -1}
            onClick={() => onSelect(key)}
          >
            {title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${shown?.key}`} className="tab-panel">
        {shown?.panel()}
      </div>
    </>
  )
}

function tabAfter(key: string, from: number, length: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (from + 1) % length
    case 'ArrowLeft':
      return (from + length - 1) % length
    case 'Home':
      return 0
    case 'End':
      return length - 1
    default:
      return undefined
  }
}
