import type { Client, ConnectionState } from '@hydrant/client'

/** Keeps an element's text and `data-state` at the connection's state: one line in a page without a framework. */
export function showConnection<Api>(api: Client<Api>, element: HTMLElement): void {
  const show = (state: ConnectionState): void => {
    element.dataset['state'] = state.name
    element.textContent = describeConnection(state)
  }
  show(api.state)
  api.on('state', show)
}

/** The state in the words of the person who looks at the page. */
export function describeConnection(state: ConnectionState): string {
  switch (state.name) {
    case 'connecting':
      return 'Connecting…'
    case 'open':
      return state.via === 'socket' ? 'Live' : 'Live, over HTTP'
    case 'waiting':
      return 'Offline, will come back'
    case 'closed':
      return 'Closed'
  }
}
