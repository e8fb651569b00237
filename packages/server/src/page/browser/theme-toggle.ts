/** The button that switches between light and dark, and remembers it. */
export function startThemeToggle(): void {
  const button = document.querySelector<HTMLButtonElement>('[data-theme-toggle]')
  if (button === null) return
  const systemDark = matchMedia('(prefers-color-scheme: dark)')
  const root = document.documentElement
  const isDark = (): boolean =>
    root.dataset['theme'] === undefined ? systemDark.matches : root.dataset['theme'] === 'dark'
  const label = (): void => {
    button.setAttribute('aria-label', isDark() ? 'Switch to the light theme' : 'Switch to the dark theme')
  }
  button.hidden = false
  label()
  systemDark.addEventListener('change', label)
  button.addEventListener('click', () => {
    const theme = isDark() ? 'light' : 'dark'
    root.dataset['theme'] = theme
    label()
    try {
      localStorage.setItem('hydrant-theme', theme)
    } catch {
      // The choice then lasts as long as the page.
    }
  })
}
