import { connect } from '@hydrant/client'
import { showConnection } from '@hydrant/example-site/connection-light'
import type { Api } from './api.gen.ts'
import { CursorView } from './cursor-view.ts'
import { followPointer } from './follow-pointer.ts'
import { type Person, somebody } from './person.ts'
import { Track } from './track.ts'

const UPDATES_A_SECOND = 20
/** Others are shown where they were so long ago: two updates, so that there is mostly a later one to move towards. */
const BEHIND_MS = 2 * (1000 / UPDATES_A_SECOND)

const board = document.getElementById('board')!
const api = connect<Api>(location.origin)
const cursors = api.channel('/cursors')
const me = somebody()

/** The others, by the id of their cursor. */
const tracks = new Map<string, Track>()
const views = new Map<string, CursorView>()

const pointer = followPointer(board, () => api.now())
setInterval(() => {
  const place = pointer.take()
  // Where we were while the connection was away interests nobody.
  if (place === undefined || api.state.name !== 'open') return
  cursors.publish({ id: me.id, ...place }).catch(console.error)
}, 1000 / UPDATES_A_SECOND)

cursors.subscribe(
  (place) => {
    if (place.id === me.id) return
    const track = tracks.get(place.id) ?? new Track()
    tracks.set(place.id, track)
    track.add(place)
  },
  { rate: UPDATES_A_SECOND, conflate: 'id' },
)

cursors.presence.enter(me).catch(console.error)
cursors.presence.subscribe(({ members }) => {
  const people = members.map(({ data }) => data as Person)
  const isHere = (id: string): boolean => people.some((person) => person.id === id)
  for (const [id, view] of views) {
    if (isHere(id)) continue
    view.remove()
    views.delete(id)
    tracks.delete(id)
  }
  for (const person of people) {
    if (person.id !== me.id && !views.has(person.id)) views.set(person.id, new CursorView(board, person))
  }
  showPeople(people)
})

function showPeople(people: readonly Person[]): void {
  const items = people.map(({ id, name, hue }) => {
    const item = document.createElement('li')
    item.textContent = id === me.id ? `${name} (you)` : name
    item.style.setProperty('--hue', String(hue))
    return item
  })
  document.getElementById('people')!.replaceChildren(...items)
}

/** Everybody's clock shows something else; `api.now()` is the server's, and so is `at`. */
function draw(): void {
  const whenMs = api.now() - BEHIND_MS
  for (const [id, view] of views) view.show(tracks.get(id)?.placeAt(whenMs))
  requestAnimationFrame(draw)
}

draw()
showConnection(api, document.getElementById('connection')!)
