import type { Reading } from './api.gen.ts'

const RATED_KW = 3000

/** Shows a reading on its turbine's card, which is made for the first one. */
export function showTurbine(list: HTMLElement, { id, windMs, powerKw }: Reading): void {
  const card = list.querySelector<HTMLElement>(`[data-id="${id}"]`) ?? addCard(list, id)
  const [power, wind] = card.querySelectorAll('output') as unknown as [HTMLElement, HTMLElement]
  power.textContent = powerKw.toLocaleString('en')
  wind.textContent = windMs.toFixed(1)
  card.classList.toggle('still', powerKw === 0)
  card.style.setProperty('--share', String(powerKw / RATED_KW))
}

function addCard(list: HTMLElement, id: string): HTMLElement {
  const card = document.createElement('li')
  card.className = 'panel'
  card.dataset['id'] = id
  card.innerHTML = `<h2>${id}</h2><p><output aria-live="off"></output> <small>kW</small></p>
    <div class="bar"></div><p class="muted"><output aria-live="off"></output> m/s</p>`
  const after = [...list.children].find(
    (other) => Number((other as HTMLElement).dataset['id']?.slice(1)) > Number(id.slice(1)),
  )
  list.insertBefore(card, after ?? null)
  return card
}
