import { useSyncExternalStore } from 'react'

/** What is shown, and what was chosen: `system` follows the machine. */
export type Theme = 'system' | 'light' | 'dark'

const KEY = 'hydrant-theme'
const listeners = new Set<() => void>()
const systemDark = matchMedia('(prefers-color-scheme: dark)')

/** The chosen theme, and how to choose another: remembered, and shared with the API's page on the same host and port. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, chosen), choose]
}

/** `light` or `dark`, as it is painted: for what paints on a canvas. */
export function usePaintedTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribe, () => {
    const theme = chosen()
    if (theme === 'system') return systemDark.matches ? 'dark' : 'light'
    return theme
  })
}

function chosen(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

function choose(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset['theme']
  else dataset['theme'] = theme
  try {
    if (theme === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, theme)
  } catch {
    // The choice then lasts as long as the page.
  }
  for (const changed of listeners) changed()
}

function subscribe(changed: () => void): () => void {
  listeners.add(changed)
  systemDark.addEventListener('change', changed)
  return () => {
    listeners.delete(changed)
    systemDark.removeEventListener('change', changed)
  }
}
