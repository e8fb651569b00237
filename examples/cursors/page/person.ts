/** Who a cursor belongs to: what presence says of each. */
export interface Person {
  readonly id: string
  readonly name: string
  /** Degrees on the colour wheel. */
  readonly hue: number
}

const MOODS = ['Brave', 'Calm', 'Early', 'Happy', 'Quick', 'Shy', 'Sly', 'Wise']
const NAMES = ['Otter', 'Heron', 'Lynx', 'Badger', 'Magpie', 'Hare', 'Marten', 'Swift', 'Newt', 'Stoat']

/** Somebody new. */
export function somebody(): Person {
  const [first = 0, second = 0] = crypto.getRandomValues(new Uint32Array(2))
  return {
    id: `${first}-${second}`,
    name: `${MOODS[second % MOODS.length]} ${NAMES[first % NAMES.length]}`,
    hue: (first * 47) % 360,
  }
}
