import { connect, type Subscription } from '@hydrant/client'
import { showConnection } from '@hydrant/example-site/connection-light'
import type { Api, Reading } from './api.gen.ts'
import { showTurbine } from './turbine-card.ts'

const element = (id: string): HTMLElement => document.getElementById(id)!
const rate = element('rate') as HTMLSelectElement

const api = connect<Api>(location.origin)
const turbines = api.channel('/turbines')
const readings = new Map<string, Reading>()
let sent = 0

/** What waits until the next sending is thinned out by the server: of each turbine only the newest reading. */
function follow(): Subscription {
  return turbines.subscribe(
    (reading, { position }) => {
      readings.set(reading.id, reading)
      showTurbine(element('turbines'), reading)
      element('sent').textContent = (++sent).toLocaleString('en')
      // A position is `epoch:offset`, and each reading that was published has the next offset.
      element('published').textContent = Number(position.split(':')[1]).toLocaleString('en')
      const megawatts = [...readings.values()].reduce((sum, { powerKw }) => sum + powerKw, 0) / 1000
      element('total').textContent = `${megawatts.toFixed(1)} MW`
    },
    { rate: Number(rate.value), conflate: 'id' },
  )
}

let subscription = follow()
rate.addEventListener('change', () => {
  // The new one first: the subscription goes on, at another rate.
  const before = subscription
  subscription = follow()
  before.unsubscribe()
})
showConnection(api, element('connection'))
