import { createHydrant } from '@hydrant/server'
import { openSite, type Site } from '@hydrant/example-site'
import { readingOf, type Reading, turbineIds } from './turbine.ts'

/** The site, and what its turbines reported. */
export interface WindFarm extends Site {
  /** The newest reading of each turbine. */
  readonly newest: ReadonlyMap<string, Reading>
  /** Readings until now. */
  readonly published: number
  /** The wind stops: nothing is reported any more. */
  stop(): void
}

/** Twelve turbines that report every `everyMs`. */
export async function openWindFarm(port: number, everyMs = 50): Promise<WindFarm> {
  const api = createHydrant({ contract: new URL('../api.yaml', import.meta.url) })
  const newest = new Map<string, Reading>()
  let published = 0

  const timer = setInterval(() => {
    for (const id of turbineIds) {
      const reading = readingOf(id, Date.now())
      newest.set(id, reading)
      published++
      void api.publish('/turbines', reading)
    }
  }, everyMs)
  const stop = (): void => clearInterval(timer)

  const site = await openSite({ api, page: new URL('../page/', import.meta.url), port, onClose: stop })
  return {
    ...site,
    newest,
    get published() {
      return published
    },
    stop,
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  }
}
