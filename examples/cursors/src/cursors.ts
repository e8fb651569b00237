import { createHydrant } from '@hydrant/server'
import { openSite, type Site } from '@hydrant/example-site'

/** The contract says it all. There is no code for it. */
export function openCursors(port: number): Promise<Site> {
  const api = createHydrant({ contract: new URL('../api.yaml', import.meta.url) })
  return openSite({ api, page: new URL('../page/', import.meta.url), port })
}
