import type { Place } from './track.ts'

const STEP = 0.02
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
}

/** Where the mouse, a finger or the arrow keys point on an element. */
export function followPointer(element: HTMLElement, now: () => number): { take(): Place | undefined } {
  let last = { x: 0.5, y: 0.5 }
  let next: Place | undefined
  const move = (x: number, y: number): void => {
    last = { x: within(x), y: within(y) }
    next = { ...last, at: now() }
  }
  element.addEventListener('pointermove', ({ clientX, clientY }) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    move((clientX - left) / width, (clientY - top) / height)
  })
  element.addEventListener('keydown', (event) => {
    const step = STEPS[event.key]
    if (step === undefined) return
    event.preventDefault()
    move(last.x + step[0], last.y + step[1])
  })
  return {
    /** Where it is, if it moved since the last call. */
    take() {
      const taken = next
      next = undefined
      return taken
    },
  }
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share))
}
