import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Sighting, thisPlatform } from '../src/platform.ts'

afterEach(() => vi.unstubAllGlobals())

/** A world of events, as a page (with a document) or a worker has it. */
function stubWorld(page: boolean): {
  readonly world: EventTarget
  readonly document: EventTarget & { visibilityState: string }
} {
  const world = new EventTarget()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  vi.stubGlobal('addEventListener', world.addEventListener.bind(world))
  vi.stubGlobal('removeEventListener', world.removeEventListener.bind(world))
  vi.stubGlobal('document', page ? document : undefined)
  return { world, document }
}

describe('what is seen around', () => {
  it('is the network of a worker, and of a page also that it is shown', () => {
    for (const page of [true, false]) {
      const { world, document } = stubWorld(page)
      const seen: Sighting[] = []
      const stop = thisPlatform.watch((sighting) => seen.push(sighting))
      world.dispatchEvent(new Event('offline'))
      world.dispatchEvent(new Event('online'))
      document.dispatchEvent(new Event('visibilitychange'))
      document.visibilityState = 'hidden'
      document.dispatchEvent(new Event('visibilitychange'))
      expect(seen).toEqual(page ? ['offline', 'online', 'visible'] : ['offline', 'online'])
      stop()
      world.dispatchEvent(new Event('online'))
      document.visibilityState = 'visible'
      document.dispatchEvent(new Event('visibilitychange'))
      expect(seen).toHaveLength(page ? 3 : 2)
    }
  })

  it('is nothing where there is neither, and that is no error', () => {
    vi.stubGlobal('addEventListener', undefined)
    vi.stubGlobal('document', undefined)
    expect(() => thisPlatform.watch(() => {})()).not.toThrow()
  })
})
