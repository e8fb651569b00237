import { useEffect, type ReactElement } from 'react'
import { count } from './format.ts'
import type { Stream } from './use-stream.ts'

/** Pause, clear, and how it goes. The space key pauses too. */
export function StreamTools<Event>({
  stream,
  what,
}: {
  readonly stream: Stream<Event>
  readonly what: string
}): ReactElement {
  const { isPaused, pause } = stream
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement
      if (event.key !== ' ' || target.closest('input,textarea,select,button,a,dialog') !== null) return
      event.preventDefault()
      pause(!isPaused)
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  }, [isPaused, pause])
  return (
    <>
      <button type="button" className="button" aria-pressed={isPaused} onClick={() => pause(!isPaused)}>
        {isPaused ? 'Go on' : 'Pause'}
      </button>
      <button type="button" className="button" onClick={stream.clear}>
        Clear
      </button>
      <span className="spread" />
      <span className="state">
        {stream.skipped > 0 ? <span className="warn">{count(stream.skipped)} skipped ·</span> : null}
        {isPaused && stream.waiting > 0 ? `${count(stream.waiting)} wait ·` : null}
        <i className={stream.isOpen ? (isPaused ? 'dot warn' : 'dot good') : 'dot'} />
        {stream.isOpen ? (isPaused ? 'Paused' : `Live · ${count(stream.events.length)} ${what}`) : 'Connecting …'}
      </span>
    </>
  )
}
