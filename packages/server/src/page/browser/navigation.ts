/** Filters the list of channels and messages; `/` focuses it, Enter goes to the first match, Escape clears it. */
export function startFilter(): void {
  const input = document.querySelector<HTMLInputElement>('[data-filter]')
  const nav = document.querySelector<HTMLElement>('#navigation')
  const status = document.querySelector('[data-filter-status]')
  if (input === null || nav === null) return
  input.closest<HTMLElement>('[hidden]')?.removeAttribute('hidden')
  const groups = [...nav.querySelectorAll<HTMLElement>('[data-nav-channel]')]

  const apply = (): void => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
    const matches = (text: string): boolean => words.every((word) => text.toLowerCase().includes(word))
    let shown = 0
    for (const group of groups) {
      const own = matches(group.dataset['navChannel'] ?? '')
      let any = own
      for (const item of group.querySelectorAll<HTMLElement>('[data-nav-message]')) {
        const match = own || matches(item.dataset['navMessage'] ?? '')
        item.hidden = !match
        any ||= match
      }
      group.hidden = !any
      if (any) shown++
      const list = group.querySelector('details')
      if (list !== null) list.open = words.length > 0 && any && !own ? true : list.dataset['open'] === 'true'
    }
    if (status !== null) {
      status.textContent =
        words.length === 0 ? '' : shown === 0 ? 'Nothing matches' : `${shown} of ${groups.length} channels`
    }
  }
  input.addEventListener('input', apply)
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && input.value !== '') {
      input.value = ''
      apply()
      event.preventDefault()
    }
    if (event.key === 'Enter') {
      const links = [...nav.querySelectorAll<HTMLAnchorElement>('[data-nav-channel] a')]
      const named = links.find((link) => link.closest('[hidden]') === null)
      named?.click()
    }
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    event.preventDefault()
    if (nav.matches(':popover-open') || getComputedStyle(nav).display !== 'none') input.focus()
    else {
      nav.showPopover()
      input.focus()
    }
  })
}

/** `#/channel` and `#message-…`: opens what is folded around the target; a click in the drawer closes the drawer. */
export function startDeepLinks(): void {
  const nav = document.querySelector<HTMLElement>('#navigation')
  addEventListener('hashchange', reveal)
  nav?.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="#"]')
    if (link === null) return
    if (nav.matches(':popover-open')) nav.hidePopover()
    // The same fragment again changes nothing, but the reader wants to go there.
    if (link.hash === location.hash) reveal()
  })
  if (location.hash !== '') reveal()
}

/** Marks the channel that is being read in the navigation. */
export function startScrollSpy(): void {
  const links = new Map<string, HTMLAnchorElement>()
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#navigation a[data-spy]')) {
    links.set(decodeURIComponent(link.hash.slice(1)), link)
  }
  const visible = new Set<Element>()
  const sections = [...document.querySelectorAll('main section[id]')].filter((section) => links.has(section.id))
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (entry.isIntersecting) visible.add(entry.target)
        else visible.delete(entry.target)
      }
      const current = sections.find((section) => visible.has(section))
      for (const [id, link] of links) {
        if (id === current?.id) link.setAttribute('aria-current', 'location')
        else link.removeAttribute('aria-current')
      }
    },
    { rootMargin: '-160px 0px -55% 0px' },
  )
  for (const section of sections) observer.observe(section)
}

function reveal(): void {
  const target = document.getElementById(fragmentId())
  if (target === null) return
  let details = target.closest('details')
  while (details !== null) {
    details.open = true
    details = details.parentElement?.closest('details') ?? null
  }
  target.scrollIntoView()
}

function fragmentId(): string {
  try {
    return decodeURIComponent(location.hash.slice(1))
  } catch {
    return location.hash.slice(1)
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, select, textarea'))
}
