import type { ChannelAddress } from './channel-address.ts'
import { element } from './element.ts'
import { createLiveTail } from './live-tail.ts'
import { createPublishBox } from './publish-box.ts'

/** The panel of a channel in which it can be tried: a live tail and, where there is something to publish, a publish box. */
export function startConsole(section: HTMLElement, address: ChannelAddress): void {
  const mount = section.querySelector<HTMLElement>('[data-console]')
  if (mount === null) return
  const id = section.id.replaceAll(/[^\w-]/g, '_')
  const views = [
    { id: `tail-${id}`, title: 'Live tail', panel: createLiveTail(section, address) },
    { id: `publish-${id}`, title: 'Publish', panel: createPublishBox(section, address) },
  ].flatMap((view) => (view.panel === undefined ? [] : [{ ...view, panel: view.panel }]))

  const tabs = views.map((view) =>
    element(
      'button',
      { type: 'button', role: 'tab', id: `${view.id}-tab`, 'aria-controls': view.id, 'aria-selected': 'false' },
      view.title,
    ),
  )
  const select = (index: number): void => {
    for (const [at, tab] of tabs.entries()) {
      const selected = at === index
      tab.setAttribute('aria-selected', String(selected))
      tab.tabIndex = selected ? 0 : -1
      const panel = views[at]?.panel
      if (panel !== undefined) panel.hidden = !selected
    }
  }
  for (const [index, view] of views.entries()) {
    view.panel.id = view.id
    view.panel.setAttribute('role', 'tabpanel')
    view.panel.setAttribute('aria-labelledby', `${view.id}-tab`)
    tabs[index]?.addEventListener('click', () => select(index))
    tabs[index]?.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
      if (step === 0) return
      const next = (index + step + tabs.length) % tabs.length
      select(next)
      tabs[next]?.focus()
    })
  }
  select(0)
  mount.replaceChildren(
    element('div', { role: 'tablist', 'aria-label': `Try ${section.dataset['address']}` }, ...tabs),
    ...views.map((view) => view.panel),
  )
}
