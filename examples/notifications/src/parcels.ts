import { createHydrant } from '@hydrant/server'
import { openSite, type Site } from '@hydrant/example-site'
import { login } from './login.ts'
import { callerOf } from './token.ts'

/** The post office. `tokenSeconds` is how long a login lasts; the page renews it in time. */
export function openParcels(port: number, tokenSeconds = 600): Promise<Site> {
  const api = createHydrant({
    contract: new URL('../api.yaml', import.meta.url),
    authenticate: ({ token }) => (token === undefined ? undefined : callerOf(token)),
  })
  const notify = (id: string, text: string): Promise<unknown> => api.publish(`/users/${id}/notifications`, { text })

  let number = 0
  // `id` is who sends it: the contract lets nobody else ask here.
  api.handle('/users/{id}/parcels', async ({ parameters: { id: from = '' }, data }) => {
    const { to, what } = data as { to: string; what: string }
    number++
    await notify(to, `${nameOf(from)} sends you ${what}.`)
    await notify(from, `Parcel ${number} is on its way to ${nameOf(to)}.`)
    return { number }
  })

  return openSite({ api, page: new URL('../page/', import.meta.url), port, routes: { '/login': login(tokenSeconds) } })
}

function nameOf(id: string): string {
  return id.charAt(0).toUpperCase() + id.slice(1)
}
