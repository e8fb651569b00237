import { connect } from '@hydrant/client'
import { showConnection } from '@hydrant/example-site/connection-light'
import type { Api } from './api.gen.ts'

type User = Api['/users/{id}/notifications']['params']['id']

const USERS: readonly User[] = ['ann', 'ben', 'cem']
const element = (selector: string): HTMLElement => document.querySelector<HTMLElement>(selector)!

/** Connects as a user, and shows what they are told and what they have not read yet. */
export function showInbox(id: User): void {
  // Asked for each connection, and again before the last one expires.
  const api = connect<Api>(location.origin, { token: () => signIn(id) })
  const list = element('#notifications')
  const seen = api.channel('/users/{id}/seen', { id })
  let seenUpTo = ''

  api.channel('/users/{id}/notifications', { id }).subscribe(
    ({ text }, { position, time }) => {
      list.prepend(itemOf(text, position, time))
      showUnread()
    },
    { last: 50 },
  )
  seen.subscribe(({ upTo }) => {
    seenUpTo = upTo
    showUnread()
  })

  element('#read').addEventListener('click', () => {
    const newest = list.querySelector<HTMLElement>('li')?.dataset['position']
    if (newest !== undefined) seen.publish({ upTo: newest }).catch(console.error)
  })

  const form = element('#parcel') as HTMLFormElement
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const { to, what } = Object.fromEntries(new FormData(form)) as { to: User; what: string }
    ;(form.elements.namedItem('what') as HTMLInputElement).value = ''
    api.request('/users/{id}/parcels', { to, what }, { params: { id } }).then(
      ({ number }) => (element('#parcel [role=status]').textContent = `Accepted: parcel ${number}.`),
      ({ message }: Error) => (element('#parcel [role=status]').textContent = message),
    )
  })
  element('#parcel select').replaceChildren(
    ...USERS.filter((one) => one !== id).map((one) => new Option(nameOf(one), one)),
  )
  document.title = `Parcels: ${nameOf(id)}`
  showConnection(api, element('#connection'))

  /** The newest are first: what is above the last one that was read is unread. */
  function showUnread(): void {
    let unread = 0
    let isRead = false
    for (const item of list.querySelectorAll('li')) {
      isRead ||= item.dataset['position'] === seenUpTo
      item.classList.toggle('unread', !isRead)
      if (!isRead) unread++
    }
    element('#unread').textContent = String(unread)
    element('#unread').hidden = element('#read').hidden = unread === 0
  }
}

async function signIn(user: User): Promise<string> {
  const response = await fetch('/login', { method: 'POST', body: user })
  if (!response.ok) throw new Error(`the login answered ${response.status}`)
  return response.text()
}

function itemOf(text: string, position: string, time: number): HTMLElement {
  const item = document.createElement('li')
  item.dataset['position'] = position
  const at = document.createElement('small')
  at.className = 'muted'
  at.textContent = new Date(time).toLocaleTimeString([], { timeStyle: 'short' })
  item.append(text, ' ', at)
  return item
}

function nameOf(user: User): string {
  return user.charAt(0).toUpperCase() + user.slice(1)
}
